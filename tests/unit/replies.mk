$(eval $(call unit,test_replies,replies message conf))
