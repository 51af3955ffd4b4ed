# The courier's round and its way out.
$(eval $(call module,notify,courier.c relay.c,libcurl,,letter control conf base))
