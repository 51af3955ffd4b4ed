$(eval $(call unit,test_control,control))
$(eval $(call unit,test_control_socket,control))
$(eval $(call unit,test_control_report,control))
$(eval $(call unit,test_control_recent,control))
