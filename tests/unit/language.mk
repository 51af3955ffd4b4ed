$(eval $(call unit,test_language,score language))
