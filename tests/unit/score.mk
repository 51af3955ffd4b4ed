$(eval $(call unit,test_score,score))
$(eval $(call unit,test_score_check,score))
$(eval $(call unit,test_score_fold,score))
$(eval $(call unit,test_score_pattern,score))
