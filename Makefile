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
# GLib's locks and its slices are invisible to ThreadSanitizer.
ifneq ($(findstring thread,$(SAN)),)
SAN_OBJ := $(B)/tests/lib/tsan_glib.o
OBJS += $(SAN_OBJ)
$(SAN_OBJ): PKG = glib-2.0
export G_SLICE := always-malloc
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
$(B)/$(1).a: $$($(1)_OBJ) $(wildcard milter/$(1)/module.mk)
	@rm -f $$@
	@$$(AR) rcs $$@ $$(filter %.o,$$^)
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
$(B)/$(1): $(B)/$(2:.c=.o) $(SAN_OBJ) $$(call archives,$(3))
	@mkdir -p $$(@D)
	@echo "  LD    $$@"
	@$$(CC) $$(ALL_LDFLAGS) -o $$@ $$< $(SAN_OBJ) -Wl,--start-group $$(filter %.a,$$^) \
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

# ---- tests ----
# SUITE=unit or flow runs a part; ONLY=WORD those with WORD in their path.
# A folder of tests lists its Python files in FLOW_TESTS.
# TEST_JOBS test programs run at a time; each waits more than it works.
SUITE ?= unit flow
ONLY ?=
TEST_JOBS ?= 2
export ASAN_OPTIONS ?= detect_stack_use_after_return=1:abort_on_error=1
export UBSAN_OPTIONS ?= print_stacktrace=1
export TSAN_OPTIONS ?= suppressions=$(CURDIR)/tests/lib/tsan.supp:halt_on_error=1
SUITE_unit = $(UNIT_TESTS)
SUITE_flow = $(FLOW_TESTS)

test: deps-test
	@$(MAKE) --no-print-directory test-run

.PHONY: test-run
test-run: $(PROGRAMS) $(TEST_PROGRAMS) $(UNIT_TESTS)
	@ANTEROOM_BUILD=$(CURDIR)/$(B) $(PYTHON) tests/lib/run.py \
		--jobs $(TEST_JOBS) --only '$(ONLY)' $(foreach s,$(SUITE),$(SUITE_$(s)))

deps-build:
	@packaging/deps build
deps-test:
	@packaging/deps build test
.PHONY: deps-lint
deps-lint:
	@packaging/deps build lint

# ---- style ----
C_FILES := $(wildcard milter/*.[ch] milter/*/*.[ch] include/anteroom/*.h \
	tests/*/*.[ch])
TIDY_FILES := $(wildcard milter/*.c milter/*/*.c)

lint: deps-lint
	@$(MAKE) --no-print-directory lint-run

.PHONY: lint-run
lint-run:
	@clang-format --dry-run -Werror $(C_FILES)
	@$(PYTHON) tests/lib/layers.py
	@$(PYTHON) tests/lib/drift.py
	@cppcheck --quiet --error-exitcode=1 --inline-suppr -j2 \
		--enable=warning,performance,portability \
		--suppress=unknownMacro --suppress=missingInclude \
		-DG_DEFINE_AUTOPTR_CLEANUP_FUNC\(a,b\)= \
		-Iinclude -Imilter milter
	@mandoc -Tlint -Wwarning $(wildcard packaging/man/*.[1-8])

clean:
	rm -rf build

# ---- installation ----
sbindir ?= $(prefix)/sbin
bindir ?= $(prefix)/bin
install: all
	$(INSTALL) -d $(DESTDIR)$(sbindir) $(DESTDIR)$(bindir) \
		$(DESTDIR)$(datadir)/anteroom/rules \
		$(DESTDIR)$(sysconfdir)/anteroom/rules.d \
		$(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man5 \
		$(DESTDIR)$(mandir)/man8 \
		$(DESTDIR)$(prefix)/lib/systemd/system \
		$(DESTDIR)$(datadir)/bash-completion/completions
	$(INSTALL) -m 755 $(B)/anteroomd $(B)/anteroom-courier \
		$(DESTDIR)$(sbindir)/
	$(INSTALL) -m 755 $(B)/anteroom $(DESTDIR)$(bindir)/
	$(INSTALL) -m 644 $(wildcard rules/*.rules) \
		$(DESTDIR)$(datadir)/anteroom/rules/
	$(INSTALL) -m 644 $(wildcard packaging/man/*.1) $(DESTDIR)$(mandir)/man1/
	$(INSTALL) -m 644 $(wildcard packaging/man/*.5) $(DESTDIR)$(mandir)/man5/
	$(INSTALL) -m 644 $(wildcard packaging/man/*.8) $(DESTDIR)$(mandir)/man8/
	$(INSTALL) -m 644 $(wildcard packaging/systemd/*.service \
		packaging/systemd/*.socket) \
		$(DESTDIR)$(prefix)/lib/systemd/system/
	$(INSTALL) -m 644 packaging/completion/anteroom.bash \
		$(DESTDIR)$(datadir)/bash-completion/completions/anteroom
	for server in postfix sendmail; do \
		$(INSTALL) -d $(DESTDIR)$(datadir)/doc/anteroom/$$server && \
		$(INSTALL) -m 644 packaging/$$server/* \
			$(DESTDIR)$(datadir)/doc/anteroom/$$server/ || exit 1; \
	done
	$(INSTALL) -m 644 README.md $(DESTDIR)$(datadir)/doc/anteroom/
	test -e $(DESTDIR)$(sysconfdir)/anteroom/anteroom.conf || \
		$(INSTALL) -m 644 packaging/conf/anteroom.conf \
		$(DESTDIR)$(sysconfdir)/anteroom/anteroom.conf
