$(eval $(call unit,test_letter,letter))
