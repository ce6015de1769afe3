# d5tui: the only build file. `make help` lists what there is.
#
# Sources are found, not listed: every core/*/*.c and core/*.c goes into the core library (it never includes curses),
# every tui/*.c into the program, every tests/unit/*.c is one test program of its own.

VERSION    := 0.1.0
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR    ?=
CC         ?= cc
SAN        ?= 0
MAKEFLAGS  += --no-builtin-rules
V          ?= 0
.DEFAULT_GOAL := all

# ------------------------------------------------------------------ what is needed from Debian 12
BUILD_PACKAGES := gcc libc6-dev libncurses-dev libyaml-dev libcmark-dev libpcre2-dev libuv1-dev libsqlite3-dev \
                  libarchive-dev libhyperscan-dev libyajl-dev
CHECK_PACKAGES := $(BUILD_PACKAGES) clang clang-format clang-tidy libcmocka-dev libvterm-dev groff-base python3 python3-yaml \
                  git ripgrep tmux tcpdump openssl

PORTABLE_PACKAGES := zlib1g-dev libbz2-dev liblzma-dev libzstd-dev

# ------------------------------------------------------------------ flags
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral
CPPFLAGS += -D_GNU_SOURCE -I. -DD5_VERSION='"$(VERSION)"' -DD5_PREFIX='"$(PREFIX)"' -DD5_SYSCONFDIR='"$(SYSCONFDIR)"'
CFLAGS   ?= -O2 -g
CFLAGS   += -std=c11 -fPIE -pthread -fstack-protector-strong $(WARNINGS)
LDFLAGS  += -pie -pthread -Wl,-z,relro -Wl,--as-needed
# The small libraries are linked in: finding, mapping and relocating eight shared ones took three quarters of the time
# of a short command (`d5tui --help`: 4 ms, now 1). libarchive and Hyperscan are big and are loaded at first use.
LDLIBS   := -Wl,-Bstatic -lncursesw -ltinfo -lyaml -lcmark -lpcre2-8 -luv_a -lsqlite3 -lyajl_s -Wl,-Bdynamic -ldl -lm

ifeq ($(FUZZ),1)
B      := build/fuzz
CC     := clang
CFLAGS += -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1
LDFLAGS += -fsanitize=fuzzer,address,undefined
else ifeq ($(SAN),1)
B      := build/san
CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1
LDFLAGS += -fsanitize=address,undefined
else ifeq ($(PORTABLE),1)
# Nothing of the machine but libc: libarchive is linked in, which its door (base/dynload.c) then finds in the program;
# without Hyperscan, PCRE2 does all the searching.
B      := build/portable
CPPFLAGS += -D_FORTIFY_SOURCE=2
ARCHIVE_SYMBOLS := $(shell sed -n 's/^ *F(\(archive_[a-z0-9_]*\)).*/\1/p' core/door/archive.c)
LDFLAGS += -s -Wl,--gc-sections $(foreach s,$(ARCHIVE_SYMBOLS),-Wl,--undefined=$(s) -Wl,--export-dynamic-symbol=$(s))
LDLIBS  := -Wl,-Bstatic -larchive -lz -lbz2 -llzma -lzstd -Wl,-Bdynamic $(LDLIBS)
else
B      := build
CPPFLAGS += -D_FORTIFY_SOURCE=2
endif
O := $(B)/obj

# A line a file; V=1 shows the commands themselves, -s nothing.
quiet := $(if $(filter 1,$(V)),,@)
say    = $(if $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),,$(if $(quiet),@printf '%-4s %s\n' $(1) $(2)))

# ------------------------------------------------------------------ sources
CORE_SRC := $(sort $(wildcard core/*.c core/*/*.c))
TUI_SRC  := $(sort $(wildcard tui/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
KIT_SRC  := $(sort $(wildcard tests/kit/*.c))
GEN_SRC  := $(if $(wildcard tui/theme_default.h),$(B)/gen/theme_default.c)
CORE_OBJ := $(CORE_SRC:%.c=$(O)/%.o)
TUI_OBJ  := $(filter-out $(O)/tui/main.o,$(TUI_SRC:%.c=$(O)/%.o)) $(GEN_SRC:$(B)/%.c=$(O)/%.o)
KIT_OBJ  := $(KIT_SRC:%.c=$(O)/%.o)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/tests/%)
LIVE_OBJ := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard tests/kit/live/*.c)))

.PHONY: all help setup setup-check demo check test lint format eval bench lab fuzz install deb portable lab-root clean
all: $(B)/d5tui

help:
	@sed -n 's/^#: //p' $(firstword $(MAKEFILE_LIST))
#: make          the program, build/d5tui; V=1 shows the commands
#: make demo     install what is missing, build, open the shipped incident (without a terminal: print its report)
#: make check    the same set-up, then every test; the last line is "N passed, N failed"; SAN=1 under sanitizers
#: make lint     layers, one door per library, clang-format, clang-tidy
#: make lab      incidents live: real servers, netfilter, sshd and kubectl in namespaces, each scene judged (root); SAN=1 under
#:               sanitizers, LAB="--in-turn fw_raw" some scenes, one after the other
#:               API=real: with the real kube-apiserver and etcd; they are built first, from Debian's source
#: make fuzz     every parser against random bytes, FUZZ_SECONDS (10) each; FUZZ_ONLY="json yaml" some of them
#: make fuzz-keep  makes what has grown meanwhile small, and keeps it in tests/fuzz/corpus
#: make format   lay out the code as clang-format says
#: make eval     the labelled sets in tests/, and the full ones in ../shared where they are
#: make bench    measures against peers, side by side (where ../shared/bench is)
#: make deb      a Debian package in build/
#: make portable the program and what it needs in one archive, which runs where nothing but libc is
#: make install  DESTDIR, PREFIX and SYSCONFDIR are honoured
#: make clean    removes build/

$(B)/d5tui: $(O)/tui/main.o $(TUI_OBJ) $(B)/libd5core.a
	$(call say,link,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/libd5core.a: $(CORE_OBJ)
	$(quiet)rm -f $@ && ar rcs $@ $^

$(B)/libd5tui.a: $(TUI_OBJ)
	$(quiet)rm -f $@ && ar rcs $@ $^

$(B)/libd5kit.a: $(KIT_OBJ)
	$(quiet)rm -f $@ && ar rcs $@ $^

# Where things are installed is compiled in: what names such a place is compiled again when it moves.
PLACES := $(O)/places
.PHONY: force
$(PLACES): force
	@mkdir -p $(@D)
	@echo '$(PREFIX) $(SYSCONFDIR)' | cmp -s - $@ || echo '$(PREFIX) $(SYSCONFDIR)' > $@

$(patsubst %.c,$(O)/%.o,$(shell grep -lE 'D5_(PREFIX|SYSCONFDIR)' $(CORE_SRC) $(TUI_SRC))): $(PLACES)

$(O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,cc,$<)
	$(quiet)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/gen/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(call say,cc,$<)
	$(quiet)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/theme_default.c: themes/dark.yaml
	@mkdir -p $(@D)
	{ echo '// Made from themes/dark.yaml by the Makefile.'; \
	  echo '#include "tui/theme_default.h"'; \
	  echo 'const char theme_default_yaml[] ='; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/    "&\\n"/' $<; \
	  echo '    ;'; } > $@

$(B)/tests/%: $(O)/tests/unit/%.o $(B)/libd5tui.a $(B)/libd5core.a $(B)/libd5kit.a
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(B)/libd5kit.a $(B)/libd5tui.a $(B)/libd5core.a $(LDLIBS) -lcmocka -lvterm

# These have a plan and a runner of their own; in the library they would take the place of the real ones for all.
$(filter $(B)/tests/test_live_%,$(UNIT_BIN)): $(LIVE_OBJ)

.SECONDARY:
-include $(shell find $(O) -name '*.d' 2>/dev/null)

# ------------------------------------------------------------------ set-up: asks nothing, starts nothing
setup:
	@tools/setup.sh $(BUILD_PACKAGES)
setup-check:
	@tools/setup.sh $(CHECK_PACKAGES)

demo: setup
	@[ -x $(B)/d5tui ] || echo 'building d5tui; about half a minute' >&2
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@$(B)/d5tui demo

# ------------------------------------------------------------------ tests
check: setup-check
	@echo 'building d5tui and its tests' >&2
	@$(MAKE) --no-print-directory -s -j$$(nproc) all $(UNIT_BIN)
	@tests/run.sh $(B)

test: all $(UNIT_BIN)
	@tests/run.sh $(B) $(ONLY)

# Each tests/fuzz/fuzz_NAME.c is one target. FUZZ_SECONDS each; FUZZ_ONLY="json yaml" some of them.
FUZZ_SECONDS ?= 10
FUZZ_BIN     := $(patsubst tests/fuzz/%.c,$(B)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
fuzz:
	@$(MAKE) --no-print-directory -s FUZZ=1 fuzz-targets
	@tests/fuzz/fuzz.sh build/fuzz $(FUZZ_SECONDS) $(FUZZ_ONLY)

# Keeps the fewest small inputs of what has grown, for the next run to begin with.
fuzz-keep:
	@tests/fuzz/keep.sh build/fuzz $(FUZZ_ONLY)

.PHONY: fuzz-targets fuzz-keep
fuzz-targets: $(FUZZ_BIN)

$(B)/fuzz_%: $(O)/tests/fuzz/fuzz_%.o $(B)/libd5core.a
	$(call say,link,$@)
	$(quiet)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

lint:
	@tools/lint.sh

format:
	@clang-format -i $$(git ls-files '*.c' '*.h')

eval: all
	@tests/eval.sh $(B)/d5tui

bench: all
	@tests/bench/bench.sh $(B)/d5tui

# ------------------------------------------------------------------ installing
SHARE := $(DESTDIR)$(PREFIX)/share/d5tui
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/sops $(SHARE)/themes $(SHARE)/demo
	install -m 0755 $(B)/d5tui $(DESTDIR)$(PREFIX)/bin/d5tui
	install -m 0644 sops/*.md $(SHARE)/sops/
	install -m 0644 themes/*.yaml $(SHARE)/themes/
	cp -R tests/cases/demo/tree/. $(SHARE)/demo/
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	for page in $(wildcard doc/*.1); do install -m 0644 $$page $(DESTDIR)$(PREFIX)/share/man/man1/; done
	for page in $(wildcard doc/*.5); do install -m 0644 $$page $(DESTDIR)$(PREFIX)/share/man/man5/; done

# A package of its own build, since the prefix is compiled in.
DEB_ROOT := build/deb/root
DEB_ARCH  = $(shell dpkg --print-architecture)
deb: setup
	rm -rf build/deb
	$(MAKE) --no-print-directory -s -j$$(nproc) B=build/deb PREFIX=/usr SYSCONFDIR=/etc all
	$(MAKE) --no-print-directory -s B=build/deb PREFIX=/usr DESTDIR=$(DEB_ROOT) install
	strip $(DEB_ROOT)/usr/bin/d5tui
	install -D -m 0644 LICENSE $(DEB_ROOT)/usr/share/doc/d5tui/copyright
	mkdir -p $(DEB_ROOT)/DEBIAN
	sed -e 's/@VERSION@/$(VERSION)/' -e "s/@ARCH@/$(DEB_ARCH)/" tools/deb-control > $(DEB_ROOT)/DEBIAN/control
	dpkg-deb --root-owner-group --build $(DEB_ROOT) build/d5tui_$(VERSION)_$(DEB_ARCH).deb

# One archive to carry to a bastion that has nothing: the program with its procedures, themes and demo beside it.
PORTABLE_ROOT := build/portable/d5tui-$(VERSION)-$(shell uname -m)
portable:
	@tools/setup.sh $(BUILD_PACKAGES) $(PORTABLE_PACKAGES)
	@$(MAKE) --no-print-directory -s -j$$(nproc) PORTABLE=1 PREFIX= all
	@rm -rf $(PORTABLE_ROOT) && $(MAKE) --no-print-directory -s PORTABLE=1 PREFIX= DESTDIR=$(PORTABLE_ROOT) install
	@tar -C $(dir $(PORTABLE_ROOT)) -czf $(PORTABLE_ROOT).tar.gz $(notdir $(PORTABLE_ROOT))
	@echo $(PORTABLE_ROOT).tar.gz

# What the lab runs (servers, kubectl, the nodes' tools): unpacked, not installed, so that nothing is started.
lab-root:
	@tests/lab/root.sh build/lab

# API=real: with the real API server, which is built from Debian's source the first time.
LAB ?= --all
lab: all
	@D5TUI=$(CURDIR)/$(B)/d5tui LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 tests/lab/test_lab.py $(LAB) $(if $(filter real,$(API)),--real)

clean:
	rm -rf build
