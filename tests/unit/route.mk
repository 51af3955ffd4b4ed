$(eval $(call unit,test_route,route))
