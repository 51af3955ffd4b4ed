$(eval $(call unit,test_cases_act,cases))
$(eval $(call unit,test_cases_admit,cases))
$(eval $(call unit,test_cases_answer,cases))
$(eval $(call unit,test_cases_store,cases))
