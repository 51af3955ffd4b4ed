$(eval $(call unit,test_replies,replies message conf))
$(eval $(call unit,test_promise,replies))
