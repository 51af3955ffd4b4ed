$(eval $(call unit,test_web,web))
$(eval $(call unit,test_users,users))
