$(eval $(call unit,test_model,learn score))
