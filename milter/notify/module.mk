# The courier's round and its ways out.
$(eval $(call module,notify,courier.c hook.c payload.c preview.c relay.c,libcurl,,letter control conf base))
