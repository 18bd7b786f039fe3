# Types a line and a tab into an interactive zsh and prints what the shell made of it.
# Usage: cli_zsh_driver.zsh FOLDER-WITH-_botctl 'botctl users ens' EXPECTED
zmodload zsh/zpty
zpty shell "TERM=dumb PS1='READY> ' zsh -f -i"
zpty -r -m shell ignored '*READY> *'
zpty -w shell "fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; PS1='SET> '"
zpty -r -m shell ignored '*SET> *'
zpty -w -n shell "$2"$'\t'
zpty -r -m shell answer "*$3*"
print -r -- "$answer"
zpty -d shell
