$(eval $(call module,users,file.c secret.c users.c,,-lcrypt,base))
