$(eval $(call unit,test_poison,intake))
