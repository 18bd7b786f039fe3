#include "cli/completions.hpp"

#include <algorithm>

#include "cli/parse.hpp"

namespace bot::cli {
namespace {

class Completer {
 public:
  Completer(const Tree& tree, const std::vector<std::string>& words)
      : tree_(tree), before_(words.begin(), words.end() - 1), typed_(words.back()) {}

  Completion complete() {
    at_ = locate(tree_, before_);
    const auto* pending = option_before();
    if (pending != nullptr) {
      values_of(*pending, "");
    } else if (const auto equals = typed_.find('=');
               typed_.rfind("--", 0) == 0 && equals != std::string::npos) {
      const auto* option = find_option(at_.command, typed_.substr(2, equals - 2));
      if (option != nullptr) values_of(*option, typed_.substr(0, equals + 1));
    } else if (!typed_.empty() && typed_[0] == '-') {
      options();
    } else if (at_.command == nullptr) {
      if (at_.unknown.empty()) commands();
    } else {
      positional();
    }
    return std::move(completion_);
  }

 private:
  void offer(std::string value, std::string_view what) {
    if (value.rfind(typed_, 0) != 0) return;
    completion_.candidates.push_back({std::move(value), std::string(what)});
  }

  // The option whose value is being typed; null when there is none.
  const Option* option_before() const {
    if (before_.empty()) return nullptr;
    const auto& word = before_.back();
    const Option* option = nullptr;
    if (word.rfind("--", 0) == 0) {
      option = find_option(at_.command, std::string_view(word).substr(2));
    } else if (word.size() == 2 && word[0] == '-') {
      option = find_option(at_.command, word[1]);
    }
    return option != nullptr && takes_value(*option) ? option : nullptr;
  }

  void values_of(const Option& option, const std::string& prefix) {
    for (const auto choice : option.choices)
      offer(prefix + std::string(choice), "");
    with(option.completes, prefix);
  }

  void with(Completes completes, const std::string& prefix) {
    switch (completes) {
      case Completes::nothing:
        break;
      case Completes::files:
        completion_.otherwise = Otherwise::files;
        break;
      case Completes::platforms:
        for (const char* platform : {"google_meet", "zoom", "teams"})
          offer(prefix + platform, "");
        break;
      case Completes::users:
      case Completes::jobs:
      case Completes::lanes:
      case Completes::workers:
        completion_.dynamic = completes;
        break;
    }
  }

  void options() {
    const auto add = [&](const std::vector<Option>& options) {
      for (const auto& option : options)
        offer("--" + std::string(option.name), option.help);
    };
    if (at_.command != nullptr) add(at_.command->options);
    add(global_options());
  }

  void commands() {
    if (at_.noun == nullptr) {
      for (const auto& noun : tree_.nouns)
        offer(std::string(noun.name), noun.summary);
    }
    const std::string_view noun = at_.noun == nullptr ? std::string_view{} : at_.noun->name;
    for (const auto* command : tree_.verbs_of(noun)) {
      offer(std::string(command->verb), command->summary);
    }
  }

  // Words before the cursor that are neither options, nor their values, nor the command's name.
  std::size_t positionals_before() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < before_.size(); ++i) {
      const auto& word = before_[i];
      if (word.size() > 1 && word[0] == '-') {
        const auto* option = word[1] == '-'
                                 ? find_option(at_.command, std::string_view(word).substr(2))
                                 : find_option(at_.command, word.back());
        if (option != nullptr && takes_value(*option)) ++i;
      } else {
        ++count;
      }
    }
    return count - at_.used.size();
  }

  void positional() {
    const auto& positionals = at_.command->positionals;
    if (positionals.empty()) return;
    const auto index = positionals_before();
    const auto arity = positionals.back().arity;
    const bool many = arity == Arity::many || arity == Arity::any;
    if (index >= positionals.size() && !many) return;
    const auto& positional = positionals[std::min(index, positionals.size() - 1)];
    for (const auto choice : positional.choices)
      offer(std::string(choice), "");
    with(positional.completes, "");
  }

  const Tree& tree_;
  std::vector<std::string> before_;
  std::string typed_;
  Location at_;
  Completion completion_;
};

constexpr std::string_view bash_script =
    R"(# Completion of botctl for bash, made by `botctl __generate completions`; edits are lost.
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
)";

constexpr std::string_view zsh_script = R"(#compdef botctl
# Completion of botctl for zsh, made by `botctl __generate completions`; edits are lost.
_botctl() {
  local line directive=4
  local -a values
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      directive=${line#:}
    else
      values+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#values} )); then
    _describe -t values 'botctl' values
  elif [[ $directive == 0 ]]; then
    _files
  fi
}
if [[ $funcstack[1] == _botctl ]]; then
  _botctl "$@"
else
  compdef _botctl botctl
fi
)";

constexpr std::string_view fish_script =
    R"(# Completion of botctl for fish, made by `botctl __generate completions`; edits are lost.
function __botctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete -- $words "$current" 2>/dev/null)
    set -l directive 4
    set -l found 0
    for line in $lines
        if string match -q ':*' -- $line
            set directive (string sub -s 2 -- $line)
        else
            set found 1
            echo $line
        end
    end
    if test $found -eq 0 -a $directive = 0
        __fish_complete_path "$current"
    end
end
complete -c botctl -f -a '(__botctl_complete)'
)";

}  // namespace

Completion complete_words(const Tree& tree, const std::vector<std::string>& words) {
  if (words.empty()) return Completer(tree, {""}).complete();
  return Completer(tree, words).complete();
}

std::map<std::string, std::string> completion_scripts() {
  return {{"botctl.bash", std::string(bash_script)},
          {"_botctl", std::string(zsh_script)},
          {"botctl.fish", std::string(fish_script)}};
}

}  // namespace bot::cli
