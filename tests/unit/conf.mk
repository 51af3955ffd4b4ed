$(eval $(call unit,test_conf,conf))
$(eval $(call unit,test_conf_mistakes,conf))
$(eval $(call unit,test_conf_hostile,conf))
$(eval $(call unit,test_conf_docs,conf))
