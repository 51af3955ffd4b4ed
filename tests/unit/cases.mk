$(eval $(call unit,test_cases_admit,cases))
