$(eval $(call unit,test_base,base))
