$(eval $(call unit,test_doctor,doctor))
