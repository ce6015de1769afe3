// The text of themes/dark.yaml, made into the program by the Makefile.
#ifndef D5_TUI_THEME_DEFAULT_H
#define D5_TUI_THEME_DEFAULT_H

extern const char theme_default_yaml[];

#endif
