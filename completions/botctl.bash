# Completion of botctl for bash, made by `botctl __generate completions`; edits are lost.
_botctl() {
  local line directive=4 current
  local -a words=()
  read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
  [[ ${COMP_LINE:COMP_POINT-1:1} == [[:space:]] ]] && words+=('')
  current=${words[-1]}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      directive=${line#:}
    else
      COMPREPLY+=("${line%%$'\t'*}")
    fi
  done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
  # readline replaces only what stands behind the last word break.
  if [[ $current == *=* && $COMP_WORDBREAKS == *=* ]]; then
    COMPREPLY=("${COMPREPLY[@]#*=}")
  fi
  if [[ ${#COMPREPLY[@]} -eq 0 && $directive == 0 ]]; then
    compopt -o default 2>/dev/null
  fi
}
complete -F _botctl botctl
