$(eval $(call unit,test_view,view))
$(eval $(call unit,test_html,view))
$(eval $(call unit,test_chart,view))
