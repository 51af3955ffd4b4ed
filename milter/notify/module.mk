# The courier's round and its way out.
$(eval $(call module,notify,courier.c preview.c relay.c,libcurl,,letter control conf base))
