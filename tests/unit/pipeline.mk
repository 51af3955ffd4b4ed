$(eval $(call unit,test_sender,pipeline))
