// The scripts hold no verbs: at each TAB they ask the program, so that they never grow old.
#include "cli/definitions/complete.hpp"

namespace hotswap::cli {
namespace {

constexpr std::string_view kBash =
    R"sh(# bash completion of hotswap: put it where bash-completion looks, or
#   source <(hotswap completion bash)
_hotswap() {
  local line value cur="${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  case "$cur" in '='|':'|'@') cur= ;; esac
  while IFS= read -r line; do
    case "$line" in
      :file) compopt -o filenames 2>/dev/null
             while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$cur") ;;
      :dir)  compopt -o filenames 2>/dev/null
             while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "$cur") ;;
      :*)    ;;
      *)     COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <("${COMP_WORDS[0]}" complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _hotswap hotswap
)sh";

constexpr std::string_view kZsh = R"sh(#compdef hotswap
# zsh completion of hotswap: put it as _hotswap into a folder of $fpath, or
#   source <(hotswap completion zsh)
_hotswap() {
  local line value help
  local -a found
  for line in "${(@f)$("${words[1]}" complete zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case "$line" in
      :file) _files ;;
      :dir) _files -/ ;;
      :*|'') ;;
      *)
        value="${line%%$'\t'*}"
        help="${line#*$'\t'}"
        found+=("${value//:/\\:}:$help") ;;
    esac
  done
  (( ${#found} )) && _describe -t values hotswap found
}
if [ "$funcstack[1]" = "_hotswap" ]; then
  _hotswap "$@"
else
  compdef _hotswap hotswap
fi
)sh";

constexpr std::string_view kFish =
    R"sh(# fish completion of hotswap: put it into ~/.config/fish/completions, or
#   hotswap completion fish | source
function __hotswap_complete
  set -l words (commandline -opc)
  set -l program $words[1]
  set -e words[1]
  set -l current (commandline -ct)
  for line in ($program complete fish -- $words "$current" 2>/dev/null)
    switch $line
      case ':file'
        __fish_complete_path "$current"
      case ':dir'
        __fish_complete_directories "$current"
      case ':*'
      case '*'
        echo $line
    end
  end
end
complete -c hotswap -f -a '(__hotswap_complete)'
)sh";

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return {};
}

}  // namespace hotswap::cli
