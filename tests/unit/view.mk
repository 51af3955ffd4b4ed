$(eval $(call unit,test_view,view))
