/**
 * What makes a shell ask this program for the words that fit. The program prints a line for each; `:directories` and `:files` stand for
 * what the shell itself knows. A word goes into the command line quoted, and is never evaluated: names of databases come from anywhere.
 */

/** The names of the shells. */
export const shells = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof shells)[number]

/** For bash from 3.2 on, which macOS has. */
const bash = `_idb_everywhere() {
  local word found current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r word; do
    case "$word" in
      :directories)
        compopt -o nospace 2>/dev/null
        while IFS= read -r found; do COMPREPLY+=("$(printf '%q/' "$found")"); done < <(compgen -d -- "$current")
        ;;
      :files)
        compopt -o filenames -o noquote 2>/dev/null
        while IFS= read -r found; do COMPREPLY+=("$(printf '%q' "$found")"); done < <(compgen -f -- "$current")
        ;;
      *) COMPREPLY+=("$(printf '%q' "$word")") ;;
    esac
  done < <(idb-everywhere complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _idb_everywhere idb-everywhere`

const zsh = `#compdef idb-everywhere
_idb_everywhere() {
  local word
  for word in "\${(@f)$(idb-everywhere complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case "$word" in
      '') ;;
      :directories) _files -/ ;;
      :files) _files ;;
      *) compadd -- "$word" ;;
    esac
  done
}
compdef _idb_everywhere idb-everywhere`

const fish = `function __idb_everywhere
  set -l current (commandline -ct)
  for word in (idb-everywhere complete -- (commandline -opc)[2..-1] "$current" 2>/dev/null)
    switch $word
      case :directories
        __fish_complete_directories "$current" ''
      case :files
        __fish_complete_path "$current"
      case '*'
        printf '%s\\n' $word
    end
  end
end
complete -c idb-everywhere -f -a '(__idb_everywhere)'`

/** Shell → script. */
export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish }
