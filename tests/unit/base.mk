$(eval $(call unit,test_base,base))
$(eval $(call unit,test_when,base))
