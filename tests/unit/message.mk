$(eval $(call unit,test_message_decode,message))
# libxml2 is the oracle here; the product doesn't have it.
$(eval $(call program,tests/unit/test_message_html,tests/unit/test_message_html.c,message,cmocka libxml-2.0))
UNIT_TESTS += $(B)/tests/unit/test_message_html
$(eval $(call unit,test_message_split,message))
$(eval $(call unit,test_message_people,message))
$(eval $(call unit,test_message_kind,message))
$(eval $(call unit,test_message,message))
$(eval $(call unit,test_message_hostile,message))
$(eval $(call unit,test_message_report,message))
$(eval $(call unit,test_message_courtesy,message))
$(eval $(call unit,test_message_journal,message))
