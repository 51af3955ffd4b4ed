# bash completion for anteroom(1). What can be completed is asked of the
# program itself: "anteroom help --words" has a line a command.

_anteroom_values() {
	local run=$1 kind=${2%\*}

	case $kind in
	case) $run cases --limit 200 2>/dev/null </dev/null |
		awk 'NR > 1 { print $1 }' ;;
	team) $run status 2>/dev/null </dev/null |
		awk 'NR > 1 { print $1 }' ;;
	level) echo low normal high critical ;;
	state) echo open answered paused closed ;;
	format) echo json csv ;;
	command) $run help --words 2>/dev/null | cut -d' ' -f1 ;;
	esac
}

_anteroom() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local run=${COMP_WORDS[0]} command= line= word= kind=
	local -a arguments=() options=()
	local i given=0 skip=0

	COMPREPLY=()
	if [[ $prev == -c ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if ((skip)); then
			skip=0
		elif [[ $word == -c ]]; then
			skip=1
			run="${COMP_WORDS[0]} -c ${COMP_WORDS[i + 1]}"
		elif [[ -z $command && $word != -* ]]; then
			command=$word
			line=$("${COMP_WORDS[0]}" help --words 2>/dev/null |
				grep "^$command\( \|$\)")
		elif [[ $word == --* && " $line " == *" $word="* &&
			" $line " != *" $word=flag "* ]]; then
			skip=1
		elif [[ $word != -* ]]; then
			((given++))
		fi
	done
	if [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_anteroom_values "$run" command) -c --help" -- "$cur")
		return
	fi
	for word in ${line#"$command"}; do
		if [[ $word == --* ]]; then
			options+=("${word%%=*}")
			if ((skip)) && [[ ${word%%=*} == "$prev" ]]; then
				kind=${word#*=}
			fi
		else
			arguments+=("$word")
		fi
	done
	if ((!skip)); then
		if [[ $cur == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W \
				"${options[*]} --help" -- "$cur")
			return
		fi
		if ((${#arguments[@]} > 0)); then
			((given < ${#arguments[@]})) ||
				given=$((${#arguments[@]} - 1))
			kind=${arguments[given]}
		fi
	fi
	if [[ ${kind%\*} == path ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	elif [[ -n $kind ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_anteroom_values "$run" "$kind")" -- "$cur")
	fi
}

complete -F _anteroom anteroom
