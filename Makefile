# Anteroom. One Makefile, one module.mk a folder.
#
#   make            build everything into build/
#   make demo       a private Postfix with Anteroom, real mail, explained
#   make test       all tests (installs what they need)   SAN=address,undefined
#   make lint       style, static analysis, layers        SAN=thread
#   make bench      benchmarks, one table
#   make install    DESTDIR= prefix=
#
# DEVELOPER=1 makes warnings errors.

VERSION := 0.1.0
prefix ?= /usr
sysconfdir ?= /etc
localstatedir ?= /var
mandir ?= $(prefix)/share/man
datadir ?= $(prefix)/share
CC ?= cc
PKG_CONFIG ?= pkg-config
PYTHON ?= /usr/bin/python3
INSTALL ?= install

# A sanitizer build lives beside the ordinary one.
SAN ?=
comma := ,
B := build
ifneq ($(SAN),)
B := build/san-$(subst $(comma),-,$(SAN))
SANFLAGS := -fsanitize=$(SAN) -fno-omit-frame-pointer \
	$(if $(findstring undefined,$(SAN)),-fno-sanitize-recover=undefined)
endif

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wformat=2 -Wvla -Wshadow -Wpointer-arith \
	-Wmissing-prototypes -Wmissing-declarations \
	-Wstrict-prototypes -Wwrite-strings -Wold-style-definition -Wundef
ifeq ($(DEVELOPER),1)
WARN += -Werror
endif
HARDEN := $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE
ALL_CFLAGS := -std=gnu17 $(WARN) $(HARDEN) $(SANFLAGS) -pthread $(CFLAGS)
ALL_CPPFLAGS := -Iinclude -Imilter -D_GNU_SOURCE \
	-DANTEROOM_VERSION='"$(VERSION)"' $(CPPFLAGS)
ALL_LDFLAGS := -pie -Wl,-z,relro -Wl,-z,now -pthread $(SANFLAGS) $(LDFLAGS)

.SECONDARY:
.PHONY: all demo test lint bench install clean deps-build deps-test
all:

# $(call module,NAME,SOURCES,PKG-CONFIG NAMES,LIBRARIES,LOWER MODULES[,FOLDER])
# makes $(B)/NAME.a of milter/NAME/SOURCES; programs and tests that name the
# module get the lower ones and the libraries with it.
define module
$(1)_SRC := $(addprefix $(or $(6),milter/$(1)/),$(2))
$(1)_PKG := $(3)
$(1)_LIBS := $(4)
$(1)_NEEDS := $(5)
$(1)_OBJ := $$(patsubst %.c,$(B)/%.o,$$($(1)_SRC))
$$($(1)_OBJ): PKG = glib-2.0 $(3)
$(B)/$(1).a: $$($(1)_OBJ)
	@rm -f $$@
	@$$(AR) rcs $$@ $$^
OBJS += $$($(1)_OBJ)
MODULES += $(1)
endef

# All modules that MODULES stand on, each once, upper before lower.
uniq = $(if $(1),$(call uniq,$(filter-out $(lastword $(1)),$(1))) $(lastword $(1)))
closure = $(if $(1),$(call uniq,$(foreach m,$(1),$(m) $(call closure,$($(m)_NEEDS)))))
archives = $(foreach m,$(call closure,$(1)),$(B)/$(m).a)
libs = $(sort $(foreach m,$(call closure,$(1)),$($(m)_LIBS)))
pkgs = $(sort glib-2.0 $(foreach m,$(call closure,$(1)),$($(m)_PKG)))

# $(call program,NAME,SOURCE,MODULES[,PKG,LIBS]): $(B)/NAME
define program
$(B)/$(1): $(B)/$(2:.c=.o) $$(call archives,$(3))
	@mkdir -p $$(@D)
	@echo "  LD    $$@"
	@$$(CC) $$(ALL_LDFLAGS) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) \
		-Wl,--end-group $$$$($$(PKG_CONFIG) --libs $$(call pkgs,$(3)) $(4)) \
		$$(call libs,$(3)) $(5)
$(B)/$(2:.c=.o): PKG = glib-2.0 $(4)
OBJS += $(B)/$(2:.c=.o)
endef

# $(call unit,NAME,MODULES[,LIBS]): the cmocka test tests/unit/NAME.c
define unit
$(eval $(call program,tests/unit/$(1),tests/unit/$(1).c,$(2),cmocka,$(3)))
UNIT_TESTS += $(B)/tests/unit/$(1)
endef

# Modules first: programs and tests ask what they stand on.
include $(wildcard milter/*/module.mk)
include $(wildcard milter/module.mk rules/module.mk tests/*/module.mk \
	tests/unit/*.mk packaging/module.mk packaging/*/module.mk)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP \
		$$($(PKG_CONFIG) --cflags $(PKG)) -c -o $@ $<

-include $(OBJS:.o=.d)

clean:
	rm -rf build
