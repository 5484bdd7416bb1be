# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_rcon_global_optspecs
    string join \n config= D/debug l/log-level= v/version h/help
end

function __fish_rcon_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_rcon_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_rcon_using_subcommand
    set -l cmd (__fish_rcon_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rcon -n "__fish_rcon_needs_command" -l config -d 'Read the configuration in this directory' -r
complete -c rcon -n "__fish_rcon_needs_command" -s l -l log-level -d 'Set how much is told: debug, info, warn, error or fatal' -r
complete -c rcon -n "__fish_rcon_needs_command" -s D -l debug -d 'Tell more of what is done'
complete -c rcon -n "__fish_rcon_needs_command" -s v -l version -d 'Print the version and quit'
complete -c rcon -n "__fish_rcon_needs_command" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "run" -d 'Create and run a new container from an image'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "exec" -d 'Execute a command in a running container'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "ps" -d 'List containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "build" -d 'Build an image from a Dockerfile'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "pull" -d 'Download an image from a registry'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "push" -d 'Upload an image to a registry'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "images" -d 'List images'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "search" -d 'Search a registry for images'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "login" -d 'Authenticate to a registry'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "logout" -d 'Log out from a registry'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "version" -d 'Show the version of rcon'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "info" -d 'Show what rcon found on this system'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "builder" -d 'Manage builds'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "buildx" -d 'Build as docker\'s buildx does'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "container" -d 'Manage containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "image" -d 'Manage images'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "manifest" -d 'Manage lists of manifests'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "network" -d 'Manage networks'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "system" -d 'Manage rcon'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "volume" -d 'Manage volumes'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "attach" -d 'Attach standard input, output and error to a running container'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "completion" -d 'Print the completion script of a shell'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "create" -d 'Create a new container'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "history" -d 'Show how an image was made'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "import" -d 'Make an image of a tar archive of a file system'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "inspect" -d 'Show all that is known of containers, images and networks'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "kill" -d 'Kill one or more running containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "load" -d 'Load images from a tar archive or standard input'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "logs" -d 'Print the logs of a container'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "port" -d 'List the ports that a container publishes, or where one of them is'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "rename" -d 'Rename a container'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "restart" -d 'Restart one or more containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "rm" -d 'Remove one or more containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "rmi" -d 'Remove one or more images'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "save" -d 'Save images to a tar archive (to standard output, if no other is named)'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "start" -d 'Start one or more stopped containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "stop" -d 'Stop one or more running containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "tag" -d 'Give an image another name'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "unshare" -d 'Run a command as root of the user namespace that containers have'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "untag" -d 'Take names from an image, which stays'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "update" -d 'Change one or more containers'
complete -c rcon -n "__fish_rcon_needs_command" -f -a "wait" -d 'Wait until one or more containers stop, then print their exit codes'
complete -c rcon -n "__fish_rcon_using_subcommand run" -l add-host -d 'Add a line to /etc/hosts of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s a -l attach -d 'Attach to stdin, stdout or stderr' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l cap-add -d 'Add a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l cap-drop -d 'Drop a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l cidfile -d 'Write the container\'s id to a new file' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l entrypoint -d 'Replace the entrypoint of the image; empty clears it' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s e -l env -d 'Set an environment variable; KEY alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l env-file -d 'Read environment variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s h -l hostname -d 'Set the host name of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s l -l label -d 'Set a label on the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l label-file -d 'Read labels from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l name -d 'Give the container a name' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l dns -d 'Ask this name server' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l dns-option -d 'Set an option of resolv.conf(5)' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l dns-search -d 'Look names up in this domain as well' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l egress -d 'Restrict what the container reaches: deny, allow=NAME|NETWORK[:PORT], log' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l expose -d 'Say that the container listens on a port, or on a range of ports' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l ip -d 'Give the container this IPv4 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l ip6 -d 'Give the container this IPv6 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l link -d 'Let the container find another one by name' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l mac-address -d 'Give the container this Ethernet address' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l network -d 'Connect the container to a network: NAME, bridge, host, none, container:NAME or pasta[:OPTIONS]' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l network-alias -d 'Give the container another name on its network' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s p -l publish -d 'Publish a port of the container on the host' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l platform -d 'Use the image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l pull -d 'Ask the registry for the image: always, missing or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l security-opt -d 'Change how the container is confined: seccomp=FILE|unconfined, no-new-privileges' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l stop-signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l stop-timeout -d 'Set how many seconds to wait before a stop becomes a kill; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l tmpfs -d 'Mount a tmpfs' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l ulimit -d 'Set a limit of setrlimit(2)' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s u -l user -d 'Run as this user, and group, of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s v -l volume -d 'Mount a directory of the host or a volume' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -s w -l workdir -d 'Set the directory in which the command starts' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l detach-keys -d 'Set the keys that leave the container running' -r
complete -c rcon -n "__fish_rcon_using_subcommand run" -l init -d 'Run an init as process 1, which forwards signals and reaps processes'
complete -c rcon -n "__fish_rcon_using_subcommand run" -s i -l interactive -d 'Keep standard input open'
complete -c rcon -n "__fish_rcon_using_subcommand run" -s P -l publish-all -d 'Publish all ports that are exposed on free ports of the host'
complete -c rcon -n "__fish_rcon_using_subcommand run" -l privileged -d 'Give the container all the power that the caller has'
complete -c rcon -n "__fish_rcon_using_subcommand run" -s q -l quiet -d 'Do not show the progress of a pull'
complete -c rcon -n "__fish_rcon_using_subcommand run" -l read-only -d 'Mount the root file system of the container read-only'
complete -c rcon -n "__fish_rcon_using_subcommand run" -l rm -d 'Remove the container and its anonymous volumes when it exits'
complete -c rcon -n "__fish_rcon_using_subcommand run" -s t -l tty -d 'Allocate a terminal'
complete -c rcon -n "__fish_rcon_using_subcommand run" -s d -l detach -d 'Run in the background and print the container\'s id'
complete -c rcon -n "__fish_rcon_using_subcommand run" -l sig-proxy -d 'Pass signals on to the process'
complete -c rcon -n "__fish_rcon_using_subcommand run" -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand exec" -l detach-keys -d 'Set the keys that leave the command running' -r
complete -c rcon -n "__fish_rcon_using_subcommand exec" -s e -l env -d 'Set an environment variable; KEY alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand exec" -l env-file -d 'Read environment variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand exec" -s u -l user -d 'Run as this user, and group, of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand exec" -s w -l workdir -d 'Set the directory in which the command starts' -r
complete -c rcon -n "__fish_rcon_using_subcommand exec" -s d -l detach -d 'Run the command in the background'
complete -c rcon -n "__fish_rcon_using_subcommand exec" -s i -l interactive -d 'Keep standard input open'
complete -c rcon -n "__fish_rcon_using_subcommand exec" -l privileged -d 'Give the command all the power that the caller has'
complete -c rcon -n "__fish_rcon_using_subcommand exec" -s t -l tty -d 'Allocate a terminal'
complete -c rcon -n "__fish_rcon_using_subcommand exec" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand ps" -s f -l filter -d 'Show only what meets a condition' -r
complete -c rcon -n "__fish_rcon_using_subcommand ps" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand ps" -s n -l last -d 'Show the last few containers that were created, in any state; -1 is no limit' -r
complete -c rcon -n "__fish_rcon_using_subcommand ps" -s a -l all -d 'Show all containers, not only those that run'
complete -c rcon -n "__fish_rcon_using_subcommand ps" -s l -l latest -d 'Show the container that was created last, in any state'
complete -c rcon -n "__fish_rcon_using_subcommand ps" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand ps" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand ps" -s s -l size -d 'Show how much each container takes on disk'
complete -c rcon -n "__fish_rcon_using_subcommand ps" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l add-host -d 'Add a line to /etc/hosts of steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l allow -d 'Allow what is refused unasked: network.host, security.insecure' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l annotation -d 'Add an annotation to the manifest of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l arch -d 'Build for this architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l attest -d 'Attach nothing: only type=KIND,disabled=true is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l build-arg -d 'Set a variable that the Dockerfile declares; NAME alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l build-arg-file -d 'Read variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l build-context -d 'Give a further context, or something else in place of an image or a stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l cache-from -d 'Take steps from another cache: NAME, type=registry,ref=NAME, type=local,src=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l cache-to -d 'Put steps into another cache: type=inline, type=registry,ref=NAME, type=local,dest=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l call -d 'Do something else than build: build, check, outline, targets' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l egress -d 'Say what steps may reach: deny, log, allow=NAME[:PORT], allow=NETWORK[:PORT]' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -s f -l file -d 'Set the Dockerfile; - is standard input (default PATH/Dockerfile)' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l format -d 'Make the manifest of this kind: oci or docker' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l ignorefile -d 'Read what is left out of the context from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand build" -l iidfile -d 'Write the image\'s id to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand build" -l isolation -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l jobs -d 'Build at most this many stages side by side' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l label -d 'Set a label on the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l metadata-file -d 'Write what is known of the result to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand build" -l network -d 'Set the network of steps: default, none, host, or the name of one' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l no-cache-filter -d 'Do not use the cache for these stages' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l os -d 'Build for this operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -s o -l output -d 'Say where the result goes: FOLDER, - or type=KIND,dest=FILE' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l platform -d 'Build for these platforms: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l progress -d 'Show progress: auto, none, plain, quiet, rawjson, tty' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l provenance -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l pull -d 'Ask registries for bases anew; also always, missing, newer or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand build" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l sbom -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l secret -d 'Show a secret to steps that ask: id=NAME[,src=FILE|,env=VARIABLE]' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l security-opt -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l source-date-epoch -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l ssh -d 'Show an agent or keys to steps that ask: default, ID=SOCKET, ID=KEY[,KEY]' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -s t -l tag -d 'Name the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l target -d 'Build up to this stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l timestamp -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l ulimit -d 'Set a limit of setrlimit(2) for steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -l variant -d 'Build for this variant of the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand build" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l check -d 'Only look for mistakes, as --call=check'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l layers -d 'Keep what steps make as layers of their own, or with =false as one layer, and not for later builds'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l load -d 'Make an image in the store, also when there are other outputs'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l no-cache -d 'Do not use the cache'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l push -d 'Push the image, as --output=type=registry'
complete -c rcon -n "__fish_rcon_using_subcommand build" -s q -l quiet -d 'Print the image\'s id alone'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l squash -d 'Make one layer of what the build adds'
complete -c rcon -n "__fish_rcon_using_subcommand build" -l squash-all -d 'Make one layer of all, the base included'
complete -c rcon -n "__fish_rcon_using_subcommand build" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand pull" -l platform -d 'Pull the image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand pull" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand pull" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand pull" -s a -l all-tags -d 'Pull all tags of the repository'
complete -c rcon -n "__fish_rcon_using_subcommand pull" -s q -l quiet -d 'Do not show progress, only the name'
complete -c rcon -n "__fish_rcon_using_subcommand pull" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand push" -l compression-format -d 'Compress the layers so: gzip or zstd' -r
complete -c rcon -n "__fish_rcon_using_subcommand push" -l compression-level -d 'How much to compress: 0 to 9 for gzip, 1 to 22 for zstd' -r
complete -c rcon -n "__fish_rcon_using_subcommand push" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand push" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand push" -s a -l all-tags -d 'Push all tags of the repository'
complete -c rcon -n "__fish_rcon_using_subcommand push" -s q -l quiet -d 'Do not show progress, only the name'
complete -c rcon -n "__fish_rcon_using_subcommand push" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand images" -s f -l filter -d 'Show only what meets a condition' -r
complete -c rcon -n "__fish_rcon_using_subcommand images" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand images" -s a -l all -d 'Show images without a name as well'
complete -c rcon -n "__fish_rcon_using_subcommand images" -l digests -d 'Show digests'
complete -c rcon -n "__fish_rcon_using_subcommand images" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand images" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand images" -l tree -d 'Show platforms and what images take on disk'
complete -c rcon -n "__fish_rcon_using_subcommand images" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand search" -s f -l filter -d 'Show only what meets a condition: is-official=BOOL or stars=NUMBER' -r
complete -c rcon -n "__fish_rcon_using_subcommand search" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand search" -l limit -d 'Show at most so many, up to 100; 0 is 25' -r
complete -c rcon -n "__fish_rcon_using_subcommand search" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand search" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand search" -l list-tags -d 'List the tags of the repository TERM'
complete -c rcon -n "__fish_rcon_using_subcommand search" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand search" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand login" -l authfile -d 'Keep the credentials in this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand login" -s p -l password -d 'Password or access token' -r
complete -c rcon -n "__fish_rcon_using_subcommand login" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand login" -s u -l username -d 'User name' -r
complete -c rcon -n "__fish_rcon_using_subcommand login" -l get-login -d 'Print the user who is logged in, and do nothing else'
complete -c rcon -n "__fish_rcon_using_subcommand login" -l password-stdin -d 'Read the password or access token from standard input'
complete -c rcon -n "__fish_rcon_using_subcommand login" -s v -l verbose -d 'Tell where the credentials are kept'
complete -c rcon -n "__fish_rcon_using_subcommand login" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand logout" -l authfile -d 'Remove them from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand logout" -s a -l all -d 'Remove the credentials of all registries'
complete -c rcon -n "__fish_rcon_using_subcommand logout" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand version" -s f -l format -d 'Print by a template: json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand version" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand info" -s f -l format -d 'Print by a template: json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand info" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and not __fish_seen_subcommand_from build du prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and not __fish_seen_subcommand_from build du prune" -f -a "build" -d 'Build an image from a Dockerfile'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and not __fish_seen_subcommand_from build du prune" -f -a "du" -d 'Show what is in the cache of builds'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and not __fish_seen_subcommand_from build du prune" -f -a "prune" -d 'Remove build cache'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l add-host -d 'Add a line to /etc/hosts of steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l allow -d 'Allow what is refused unasked: network.host, security.insecure' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l annotation -d 'Add an annotation to the manifest of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l arch -d 'Build for this architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l attest -d 'Attach nothing: only type=KIND,disabled=true is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l build-arg -d 'Set a variable that the Dockerfile declares; NAME alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l build-arg-file -d 'Read variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l build-context -d 'Give a further context, or something else in place of an image or a stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l cache-from -d 'Take steps from another cache: NAME, type=registry,ref=NAME, type=local,src=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l cache-to -d 'Put steps into another cache: type=inline, type=registry,ref=NAME, type=local,dest=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l call -d 'Do something else than build: build, check, outline, targets' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l egress -d 'Say what steps may reach: deny, log, allow=NAME[:PORT], allow=NETWORK[:PORT]' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -s f -l file -d 'Set the Dockerfile; - is standard input (default PATH/Dockerfile)' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l format -d 'Make the manifest of this kind: oci or docker' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l ignorefile -d 'Read what is left out of the context from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l iidfile -d 'Write the image\'s id to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l isolation -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l jobs -d 'Build at most this many stages side by side' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l label -d 'Set a label on the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l metadata-file -d 'Write what is known of the result to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l network -d 'Set the network of steps: default, none, host, or the name of one' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l no-cache-filter -d 'Do not use the cache for these stages' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l os -d 'Build for this operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -s o -l output -d 'Say where the result goes: FOLDER, - or type=KIND,dest=FILE' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l platform -d 'Build for these platforms: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l progress -d 'Show progress: auto, none, plain, quiet, rawjson, tty' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l provenance -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l pull -d 'Ask registries for bases anew; also always, missing, newer or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l sbom -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l secret -d 'Show a secret to steps that ask: id=NAME[,src=FILE|,env=VARIABLE]' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l security-opt -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l source-date-epoch -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l ssh -d 'Show an agent or keys to steps that ask: default, ID=SOCKET, ID=KEY[,KEY]' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -s t -l tag -d 'Name the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l target -d 'Build up to this stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l timestamp -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l ulimit -d 'Set a limit of setrlimit(2) for steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l variant -d 'Build for this variant of the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l check -d 'Only look for mistakes, as --call=check'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l layers -d 'Keep what steps make as layers of their own, or with =false as one layer, and not for later builds'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l load -d 'Make an image in the store, also when there are other outputs'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l no-cache -d 'Do not use the cache'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l push -d 'Push the image, as --output=type=registry'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -s q -l quiet -d 'Print the image\'s id alone'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l squash -d 'Make one layer of what the build adds'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -l squash-all -d 'Make one layer of all, the base included'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from build" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from du" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from du" -l filter -d 'Show only what meets a condition: until=, id=, parents=, type=, description=, inuse=, mutable=, shared=' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from du" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from du" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from du" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from du" -l verbose -d 'Show all that is known of each'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from du" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l filter -d 'Remove only what meets a condition: until=, id=, parents=, type=, description=, mutable=, shared=' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l keep-storage -d 'The old name of --reserved-space' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l max-used-space -d 'Let the cache take at most this much' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l min-free-space -d 'Have this much free at the end' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l reserved-space -d 'Let this much of the cache stay in any case' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -s a -l all -d 'Remove also what is internal, and what images have as well'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -l verbose -d 'Show all that is known of each'
complete -c rcon -n "__fish_rcon_using_subcommand builder; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "bake" -d 'Build the targets of a bake file or a compose file'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "f" -d 'Build the targets of a bake file or a compose file'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "build" -d 'Build an image from a Dockerfile'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "b" -d 'Build an image from a Dockerfile'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "create" -d 'Give the builder a further name'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "dap" -d 'Not supported: debug builds by the debug adapter protocol'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "debug" -d 'Not supported: debug builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "dial-stdio" -d 'Not supported: speak with a BuildKit daemon'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "du" -d 'Show what is in the cache of builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "history" -d 'Work on the record of builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "imagetools" -d 'Work on images in registries'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "imagetool" -d 'Work on images in registries'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "inspect" -d 'Show the builder'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "install" -d 'Make `build` the same as `buildx build`, as it always is'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "ls" -d 'List the names of the builder'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "policy" -d 'Not supported: policies of sources'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "prune" -d 'Remove build cache'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "rm" -d 'Remove names of the builder; the cache stays'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "stop" -d 'Stop the builder, which runs only while it builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "uninstall" -d 'Change nothing: `build` stays the same as `buildx build`'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "use" -d 'Set the name that is used for the builder where none is given'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and not __fish_seen_subcommand_from bake f build b create dap debug dial-stdio du history imagetools imagetool inspect install ls policy prune rm stop uninstall use version" -f -a "version" -d 'Show which version of buildx this is like'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l allow -d 'Allow what is refused unasked: network.host, security.insecure' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l call -d 'Do something else than build: build, check, outline, targets' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -s f -l file -d 'Read this file instead of those with the usual names; - is standard input' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l list -d 'List targets or variables' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l metadata-file -d 'Write what is known of the results to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l progress -d 'Show progress: auto, none, plain, quiet, rawjson, tty' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l provenance -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l sbom -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l set -d 'Set a value of targets: PATTERN.KEY=VALUE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l var -d 'Set a variable: NAME=VALUE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l check -d 'Only look for mistakes, as --call=check'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l load -d 'Make images in the store, also when there are other outputs'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l no-cache -d 'Do not use the cache'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l print -d 'Print the targets as they are, and build nothing'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l pull -d 'Ask registries for bases anew'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -l push -d 'Push the images, as --set=*.output=type=registry'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from bake" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l allow -d 'Allow what is refused unasked: network.host, security.insecure' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l call -d 'Do something else than build: build, check, outline, targets' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -s f -l file -d 'Read this file instead of those with the usual names; - is standard input' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l list -d 'List targets or variables' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l metadata-file -d 'Write what is known of the results to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l progress -d 'Show progress: auto, none, plain, quiet, rawjson, tty' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l provenance -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l sbom -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l set -d 'Set a value of targets: PATTERN.KEY=VALUE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l var -d 'Set a variable: NAME=VALUE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l check -d 'Only look for mistakes, as --call=check'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l load -d 'Make images in the store, also when there are other outputs'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l no-cache -d 'Do not use the cache'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l print -d 'Print the targets as they are, and build nothing'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l pull -d 'Ask registries for bases anew'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -l push -d 'Push the images, as --set=*.output=type=registry'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from f" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l add-host -d 'Add a line to /etc/hosts of steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l allow -d 'Allow what is refused unasked: network.host, security.insecure' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l annotation -d 'Add an annotation to the manifest of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l arch -d 'Build for this architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l attest -d 'Attach nothing: only type=KIND,disabled=true is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l build-arg -d 'Set a variable that the Dockerfile declares; NAME alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l build-arg-file -d 'Read variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l build-context -d 'Give a further context, or something else in place of an image or a stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l cache-from -d 'Take steps from another cache: NAME, type=registry,ref=NAME, type=local,src=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l cache-to -d 'Put steps into another cache: type=inline, type=registry,ref=NAME, type=local,dest=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l call -d 'Do something else than build: build, check, outline, targets' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l egress -d 'Say what steps may reach: deny, log, allow=NAME[:PORT], allow=NETWORK[:PORT]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -s f -l file -d 'Set the Dockerfile; - is standard input (default PATH/Dockerfile)' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l format -d 'Make the manifest of this kind: oci or docker' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l ignorefile -d 'Read what is left out of the context from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l iidfile -d 'Write the image\'s id to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l isolation -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l jobs -d 'Build at most this many stages side by side' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l label -d 'Set a label on the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l metadata-file -d 'Write what is known of the result to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l network -d 'Set the network of steps: default, none, host, or the name of one' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l no-cache-filter -d 'Do not use the cache for these stages' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l os -d 'Build for this operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -s o -l output -d 'Say where the result goes: FOLDER, - or type=KIND,dest=FILE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l platform -d 'Build for these platforms: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l progress -d 'Show progress: auto, none, plain, quiet, rawjson, tty' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l provenance -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l pull -d 'Ask registries for bases anew; also always, missing, newer or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l sbom -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l secret -d 'Show a secret to steps that ask: id=NAME[,src=FILE|,env=VARIABLE]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l security-opt -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l source-date-epoch -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l ssh -d 'Show an agent or keys to steps that ask: default, ID=SOCKET, ID=KEY[,KEY]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -s t -l tag -d 'Name the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l target -d 'Build up to this stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l timestamp -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l ulimit -d 'Set a limit of setrlimit(2) for steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l variant -d 'Build for this variant of the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l check -d 'Only look for mistakes, as --call=check'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l layers -d 'Keep what steps make as layers of their own, or with =false as one layer, and not for later builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l load -d 'Make an image in the store, also when there are other outputs'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l no-cache -d 'Do not use the cache'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l push -d 'Push the image, as --output=type=registry'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -s q -l quiet -d 'Print the image\'s id alone'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l squash -d 'Make one layer of what the build adds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -l squash-all -d 'Make one layer of all, the base included'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from build" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l add-host -d 'Add a line to /etc/hosts of steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l allow -d 'Allow what is refused unasked: network.host, security.insecure' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l annotation -d 'Add an annotation to the manifest of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l arch -d 'Build for this architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l attest -d 'Attach nothing: only type=KIND,disabled=true is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l build-arg -d 'Set a variable that the Dockerfile declares; NAME alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l build-arg-file -d 'Read variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l build-context -d 'Give a further context, or something else in place of an image or a stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l cache-from -d 'Take steps from another cache: NAME, type=registry,ref=NAME, type=local,src=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l cache-to -d 'Put steps into another cache: type=inline, type=registry,ref=NAME, type=local,dest=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l call -d 'Do something else than build: build, check, outline, targets' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l egress -d 'Say what steps may reach: deny, log, allow=NAME[:PORT], allow=NETWORK[:PORT]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -s f -l file -d 'Set the Dockerfile; - is standard input (default PATH/Dockerfile)' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l format -d 'Make the manifest of this kind: oci or docker' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l ignorefile -d 'Read what is left out of the context from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l iidfile -d 'Write the image\'s id to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l isolation -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l jobs -d 'Build at most this many stages side by side' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l label -d 'Set a label on the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l metadata-file -d 'Write what is known of the result to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l network -d 'Set the network of steps: default, none, host, or the name of one' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l no-cache-filter -d 'Do not use the cache for these stages' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l os -d 'Build for this operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -s o -l output -d 'Say where the result goes: FOLDER, - or type=KIND,dest=FILE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l platform -d 'Build for these platforms: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l progress -d 'Show progress: auto, none, plain, quiet, rawjson, tty' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l provenance -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l pull -d 'Ask registries for bases anew; also always, missing, newer or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l sbom -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l secret -d 'Show a secret to steps that ask: id=NAME[,src=FILE|,env=VARIABLE]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l security-opt -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l source-date-epoch -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l ssh -d 'Show an agent or keys to steps that ask: default, ID=SOCKET, ID=KEY[,KEY]' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -s t -l tag -d 'Name the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l target -d 'Build up to this stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l timestamp -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l ulimit -d 'Set a limit of setrlimit(2) for steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l variant -d 'Build for this variant of the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l check -d 'Only look for mistakes, as --call=check'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l layers -d 'Keep what steps make as layers of their own, or with =false as one layer, and not for later builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l load -d 'Make an image in the store, also when there are other outputs'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l no-cache -d 'Do not use the cache'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l push -d 'Push the image, as --output=type=registry'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -s q -l quiet -d 'Print the image\'s id alone'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l squash -d 'Make one layer of what the build adds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -l squash-all -d 'Make one layer of all, the base included'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from b" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l buildkitd-config -d 'No effect: there is no BuildKit daemon' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l buildkitd-flags -d 'No effect: there is no BuildKit daemon' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l driver -d 'Set what builds: rcon, or docker and docker-container, which are taken for it' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l driver-opt -d 'No effect: the driver has no options' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l name -d 'Set the name' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l node -d 'Name the node, of which there is one' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l platform -d 'No effect: the builder builds for this machine' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l append -d 'Give a name that is there already'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l bootstrap -d 'Start the builder, which is always ready'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l leave -d 'Remove a node; the only one stays'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -l use -d 'Use the name where none is given'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from create" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from dap" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from debug" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from dial-stdio" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from du" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from du" -l filter -d 'Show only what meets a condition: until=, id=, parents=, type=, description=, inuse=, mutable=, shared=' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from du" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from du" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from du" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from du" -l verbose -d 'Show all that is known of each'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from du" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "export" -d 'Not supported: export records of builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "import" -d 'Not supported: import records into Docker Desktop'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "inspect" -d 'Show a build'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "logs" -d 'Show what a build printed'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "ls" -d 'List builds'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "open" -d 'Not supported: open a record in Docker Desktop'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "rm" -d 'Forget builds; what they made stays'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from history" -f -a "trace" -d 'Not supported: show the trace of a build'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from imagetools" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from imagetools" -f -a "create" -d 'Make an image of images in registries'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from imagetools" -f -a "inspect" -d 'Show what a registry has under a name'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from imagetool" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from imagetool" -f -a "create" -d 'Make an image of images in registries'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from imagetool" -f -a "inspect" -d 'Show what a registry has under a name'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from inspect" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from inspect" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from inspect" -l bootstrap -d 'Start the builder, which is always ready'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from inspect" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from install" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from ls" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from ls" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from ls" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from ls" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from ls" -l no-trunc -d 'Do not shorten the output, which is never long'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from policy" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l filter -d 'Remove only what meets a condition: until=, id=, parents=, type=, description=, mutable=, shared=' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l keep-storage -d 'The old name of --reserved-space' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l max-used-space -d 'Let the cache take at most this much' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l min-free-space -d 'Have this much free at the end' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l reserved-space -d 'Let this much of the cache stay in any case' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -s a -l all -d 'Remove also what is internal, and what images have as well'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -l verbose -d 'Show all that is known of each'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from rm" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from rm" -l timeout -d 'No effect: nothing is waited for' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from rm" -l all-inactive -d 'Remove all builders that do not run, of which there are none'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from rm" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from rm" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from stop" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from stop" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from use" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from use" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from use" -l default -d 'Use it for this context by default, of which there is one'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from use" -l global -d 'Use it in all contexts, of which there is one'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from use" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from version" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from version" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand buildx; and __fish_seen_subcommand_from version" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "attach" -d 'Attach standard input, output and error to a running container'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "create" -d 'Create a new container'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "exec" -d 'Execute a command in a running container'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "inspect" -d 'Show all that is known of one or more containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "kill" -d 'Kill one or more running containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "logs" -d 'Print the logs of a container'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "ls" -d 'List containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "list" -d 'List containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "ps" -d 'List containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "port" -d 'List the ports that a container publishes, or where one of them is'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "prune" -d 'Remove all stopped containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "rename" -d 'Rename a container'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "restart" -d 'Restart one or more containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "rm" -d 'Remove one or more containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "remove" -d 'Remove one or more containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "run" -d 'Create and run a new container from an image'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "start" -d 'Start one or more stopped containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "stop" -d 'Stop one or more running containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "update" -d 'Change one or more containers'
complete -c rcon -n "__fish_rcon_using_subcommand container; and not __fish_seen_subcommand_from attach create exec inspect kill logs ls list ps port prune rename restart rm remove run start stop update wait" -f -a "wait" -d 'Wait until one or more containers stop, then print their exit codes'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from attach" -l detach-keys -d 'Set the keys that leave the container running' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from attach" -l no-stdin -d 'Leave standard input alone'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from attach" -l sig-proxy -d 'Pass signals on to the process'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from attach" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l add-host -d 'Add a line to /etc/hosts of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s a -l attach -d 'Attach to stdin, stdout or stderr' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l cap-add -d 'Add a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l cap-drop -d 'Drop a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l cidfile -d 'Write the container\'s id to a new file' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l entrypoint -d 'Replace the entrypoint of the image; empty clears it' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s e -l env -d 'Set an environment variable; KEY alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l env-file -d 'Read environment variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s h -l hostname -d 'Set the host name of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s l -l label -d 'Set a label on the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l label-file -d 'Read labels from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l name -d 'Give the container a name' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l dns -d 'Ask this name server' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l dns-option -d 'Set an option of resolv.conf(5)' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l dns-search -d 'Look names up in this domain as well' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l egress -d 'Restrict what the container reaches: deny, allow=NAME|NETWORK[:PORT], log' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l expose -d 'Say that the container listens on a port, or on a range of ports' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l ip -d 'Give the container this IPv4 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l ip6 -d 'Give the container this IPv6 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l link -d 'Let the container find another one by name' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l mac-address -d 'Give the container this Ethernet address' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l network -d 'Connect the container to a network: NAME, bridge, host, none, container:NAME or pasta[:OPTIONS]' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l network-alias -d 'Give the container another name on its network' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s p -l publish -d 'Publish a port of the container on the host' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l platform -d 'Use the image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l pull -d 'Ask the registry for the image: always, missing or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l security-opt -d 'Change how the container is confined: seccomp=FILE|unconfined, no-new-privileges' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l stop-signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l stop-timeout -d 'Set how many seconds to wait before a stop becomes a kill; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l tmpfs -d 'Mount a tmpfs' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l ulimit -d 'Set a limit of setrlimit(2)' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s u -l user -d 'Run as this user, and group, of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s v -l volume -d 'Mount a directory of the host or a volume' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s w -l workdir -d 'Set the directory in which the command starts' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l init -d 'Run an init as process 1, which forwards signals and reaps processes'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s i -l interactive -d 'Keep standard input open'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s P -l publish-all -d 'Publish all ports that are exposed on free ports of the host'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l privileged -d 'Give the container all the power that the caller has'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Do not show the progress of a pull'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l read-only -d 'Mount the root file system of the container read-only'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l rm -d 'Remove the container and its anonymous volumes when it exits'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -s t -l tty -d 'Allocate a terminal'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from create" -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -l detach-keys -d 'Set the keys that leave the command running' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -s e -l env -d 'Set an environment variable; KEY alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -l env-file -d 'Read environment variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -s u -l user -d 'Run as this user, and group, of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -s w -l workdir -d 'Set the directory in which the command starts' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -s d -l detach -d 'Run the command in the background'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -s i -l interactive -d 'Keep standard input open'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -l privileged -d 'Give the command all the power that the caller has'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -s t -l tty -d 'Allocate a terminal'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from exec" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from inspect" -s f -l format -d 'Print by a template: json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from inspect" -s s -l size -d 'Show how much each container takes on disk'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from kill" -s s -l signal -d 'Send this signal instead of KILL' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from kill" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -l since -d 'Begin at a time, such as 2013-01-02T13:23:37Z, or so long ago, such as 42m' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -s n -l tail -d 'Begin so many lines before the end' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -l until -d 'End before a time, or so long ago' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -l details -d 'Show the extra details that were logged'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -l egress -d 'Show what the container wanted to reach, where --egress rules noted it, instead of what it wrote'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -s f -l follow -d 'Go on while the container writes'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -s t -l timestamps -d 'Show when each line was written'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -s f -l filter -d 'Show only what meets a condition' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -s n -l last -d 'Show the last few containers that were created, in any state; -1 is no limit' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -s a -l all -d 'Show all containers, not only those that run'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -s l -l latest -d 'Show the container that was created last, in any state'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -s s -l size -d 'Show how much each container takes on disk'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -s f -l filter -d 'Show only what meets a condition' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -s n -l last -d 'Show the last few containers that were created, in any state; -1 is no limit' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -s a -l all -d 'Show all containers, not only those that run'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -s l -l latest -d 'Show the container that was created last, in any state'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -s s -l size -d 'Show how much each container takes on disk'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from list" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -s f -l filter -d 'Show only what meets a condition' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -s n -l last -d 'Show the last few containers that were created, in any state; -1 is no limit' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -s a -l all -d 'Show all containers, not only those that run'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -s l -l latest -d 'Show the container that was created last, in any state'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -s s -l size -d 'Show how much each container takes on disk'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from ps" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from port" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from prune" -l filter -d 'Remove only what meets a condition: until=, label=, label!=' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from prune" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from restart" -s s -l signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from restart" -s t -l timeout -d 'Set how many seconds to wait before killing; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from rm" -s f -l force -d 'Kill the container first when it runs'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from rm" -s v -l volumes -d 'Remove its anonymous volumes as well'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from remove" -s f -l force -d 'Kill the container first when it runs'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from remove" -s v -l volumes -d 'Remove its anonymous volumes as well'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l add-host -d 'Add a line to /etc/hosts of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s a -l attach -d 'Attach to stdin, stdout or stderr' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l cap-add -d 'Add a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l cap-drop -d 'Drop a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l cidfile -d 'Write the container\'s id to a new file' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l entrypoint -d 'Replace the entrypoint of the image; empty clears it' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s e -l env -d 'Set an environment variable; KEY alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l env-file -d 'Read environment variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s h -l hostname -d 'Set the host name of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s l -l label -d 'Set a label on the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l label-file -d 'Read labels from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l name -d 'Give the container a name' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l dns -d 'Ask this name server' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l dns-option -d 'Set an option of resolv.conf(5)' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l dns-search -d 'Look names up in this domain as well' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l egress -d 'Restrict what the container reaches: deny, allow=NAME|NETWORK[:PORT], log' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l expose -d 'Say that the container listens on a port, or on a range of ports' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l ip -d 'Give the container this IPv4 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l ip6 -d 'Give the container this IPv6 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l link -d 'Let the container find another one by name' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l mac-address -d 'Give the container this Ethernet address' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l network -d 'Connect the container to a network: NAME, bridge, host, none, container:NAME or pasta[:OPTIONS]' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l network-alias -d 'Give the container another name on its network' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s p -l publish -d 'Publish a port of the container on the host' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l platform -d 'Use the image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l pull -d 'Ask the registry for the image: always, missing or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l security-opt -d 'Change how the container is confined: seccomp=FILE|unconfined, no-new-privileges' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l stop-signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l stop-timeout -d 'Set how many seconds to wait before a stop becomes a kill; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l tmpfs -d 'Mount a tmpfs' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l ulimit -d 'Set a limit of setrlimit(2)' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s u -l user -d 'Run as this user, and group, of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s v -l volume -d 'Mount a directory of the host or a volume' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s w -l workdir -d 'Set the directory in which the command starts' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l detach-keys -d 'Set the keys that leave the container running' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l init -d 'Run an init as process 1, which forwards signals and reaps processes'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s i -l interactive -d 'Keep standard input open'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s P -l publish-all -d 'Publish all ports that are exposed on free ports of the host'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l privileged -d 'Give the container all the power that the caller has'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Do not show the progress of a pull'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l read-only -d 'Mount the root file system of the container read-only'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l rm -d 'Remove the container and its anonymous volumes when it exits'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s t -l tty -d 'Allocate a terminal'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -s d -l detach -d 'Run in the background and print the container\'s id'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l sig-proxy -d 'Pass signals on to the process'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from run" -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from start" -l detach-keys -d 'Set the keys that leave the container running' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from start" -s a -l attach -d 'Attach to the container\'s output and pass signals on'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from start" -s i -l interactive -d 'Attach to the container\'s standard input'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from start" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from stop" -s s -l signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from stop" -s t -l timeout -d 'Set how many seconds to wait before killing; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from update" -l publish-add -d 'Publish one more port of the running container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from update" -l publish-rm -d 'Take back a published port of the running container' -r
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from update" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand container; and __fish_seen_subcommand_from wait" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "build" -d 'Build an image from a Dockerfile'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "exists" -d 'Tell by the exit code whether an image is here'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "history" -d 'Show how an image was made'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "import" -d 'Make an image of a tar archive of a file system'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "inspect" -d 'Show all that is known of one or more images'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "load" -d 'Load images from a tar archive or standard input'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "ls" -d 'List images'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "list" -d 'List images'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "prune" -d 'Remove unused images'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "pull" -d 'Download an image from a registry'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "push" -d 'Upload an image to a registry'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "rm" -d 'Remove one or more images'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "remove" -d 'Remove one or more images'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "save" -d 'Save images to a tar archive (to standard output, if no other is named)'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "tag" -d 'Give an image another name'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "tree" -d 'Show the layers of an image'
complete -c rcon -n "__fish_rcon_using_subcommand image; and not __fish_seen_subcommand_from build exists history import inspect load ls list prune pull push rm remove save tag tree untag" -f -a "untag" -d 'Take names from an image, which stays'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l add-host -d 'Add a line to /etc/hosts of steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l allow -d 'Allow what is refused unasked: network.host, security.insecure' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l annotation -d 'Add an annotation to the manifest of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l arch -d 'Build for this architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l attest -d 'Attach nothing: only type=KIND,disabled=true is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l build-arg -d 'Set a variable that the Dockerfile declares; NAME alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l build-arg-file -d 'Read variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l build-context -d 'Give a further context, or something else in place of an image or a stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l builder -d 'Name the builder: there is one, under the names it was given' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l cache-from -d 'Take steps from another cache: NAME, type=registry,ref=NAME, type=local,src=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l cache-to -d 'Put steps into another cache: type=inline, type=registry,ref=NAME, type=local,dest=FOLDER' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l call -d 'Do something else than build: build, check, outline, targets' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l egress -d 'Say what steps may reach: deny, log, allow=NAME[:PORT], allow=NETWORK[:PORT]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -s f -l file -d 'Set the Dockerfile; - is standard input (default PATH/Dockerfile)' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l format -d 'Make the manifest of this kind: oci or docker' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l ignorefile -d 'Read what is left out of the context from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l iidfile -d 'Write the image\'s id to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l isolation -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l jobs -d 'Build at most this many stages side by side' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l label -d 'Set a label on the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l metadata-file -d 'Write what is known of the result to a file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l network -d 'Set the network of steps: default, none, host, or the name of one' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l no-cache-filter -d 'Do not use the cache for these stages' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l os -d 'Build for this operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -s o -l output -d 'Say where the result goes: FOLDER, - or type=KIND,dest=FILE' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l platform -d 'Build for these platforms: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l progress -d 'Show progress: auto, none, plain, quiet, rawjson, tty' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l provenance -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l pull -d 'Ask registries for bases anew; also always, missing, newer or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l sbom -d 'Attach nothing: only false is taken' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l secret -d 'Show a secret to steps that ask: id=NAME[,src=FILE|,env=VARIABLE]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l security-opt -d 'Ignored, as docker does with a warning' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l source-date-epoch -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l ssh -d 'Show an agent or keys to steps that ask: default, ID=SOCKET, ID=KEY[,KEY]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -s t -l tag -d 'Name the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l target -d 'Build up to this stage' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l timestamp -d 'Let nothing in the image be later than this: seconds since 1970' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l ulimit -d 'Set a limit of setrlimit(2) for steps' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l variant -d 'Build for this variant of the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -s D -l debug -d 'Say more, which no verb of buildx does'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l check -d 'Only look for mistakes, as --call=check'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l layers -d 'Keep what steps make as layers of their own, or with =false as one layer, and not for later builds'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l load -d 'Make an image in the store, also when there are other outputs'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l no-cache -d 'Do not use the cache'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l push -d 'Push the image, as --output=type=registry'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -s q -l quiet -d 'Print the image\'s id alone'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l squash -d 'Make one layer of what the build adds'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -l squash-all -d 'Make one layer of all, the base included'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from build" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from exists" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from history" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from history" -s H -l human -d 'Print sizes and dates for people'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from history" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from history" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from history" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from import" -s c -l change -d 'Apply a Dockerfile instruction to the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from import" -s m -l message -d 'Set the comment of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from import" -l platform -d 'Use this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from import" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from inspect" -s f -l format -d 'Print by a template: json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from load" -s i -l input -d 'Read this file, or OCI layout, instead of standard input' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from load" -l platform -d 'Use this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from load" -s q -l quiet -d 'Do not show progress'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from load" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -s f -l filter -d 'Show only what meets a condition' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -s a -l all -d 'Show images without a name as well'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -l digests -d 'Show digests'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -l tree -d 'Show platforms and what images take on disk'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -s f -l filter -d 'Show only what meets a condition' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -s a -l all -d 'Show images without a name as well'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -l digests -d 'Show digests'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -l tree -d 'Show platforms and what images take on disk'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from list" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from prune" -l filter -d 'Remove only what meets a condition: until=, label=, label!=, dangling=' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from prune" -s a -l all -d 'Remove every image that no container needs, not only those without a name'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from prune" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from pull" -l platform -d 'Pull the image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from pull" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from pull" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from pull" -s a -l all-tags -d 'Pull all tags of the repository'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from pull" -s q -l quiet -d 'Do not show progress, only the name'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from pull" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from push" -l compression-format -d 'Compress the layers so: gzip or zstd' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from push" -l compression-level -d 'How much to compress: 0 to 9 for gzip, 1 to 22 for zstd' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from push" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from push" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from push" -s a -l all-tags -d 'Push all tags of the repository'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from push" -s q -l quiet -d 'Do not show progress, only the name'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from push" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from rm" -s f -l force -d 'Remove the image though containers use it'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from rm" -l no-prune -d 'Keep parents that have no name'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from remove" -s f -l force -d 'Remove the image though containers use it'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from remove" -l no-prune -d 'Keep parents that have no name'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -l format -d 'Write this format: docker-archive, oci-archive or oci-dir' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -s o -l output -d 'Write to a file instead of standard output' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -l platform -d 'Save only an image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -l compress -d 'Compress the layers of a directory (they are, without this too)'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -s m -l multi-image-archive -d 'Write several images into one archive (they are, without this too)'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -s q -l quiet -d 'Do not show progress'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -l uncompressed -d 'Leave layers of an OCI format uncompressed that came so'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from save" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from tag" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from tree" -l whatrequires -d 'Show what is built on the image in place of what it is built of'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from tree" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand image; and __fish_seen_subcommand_from untag" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and not __fish_seen_subcommand_from add annotate create inspect push rm" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and not __fish_seen_subcommand_from add annotate create inspect push rm" -f -a "add" -d 'Add manifests to a list'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and not __fish_seen_subcommand_from add annotate create inspect push rm" -f -a "annotate" -d 'Say for which platform a manifest of a list is'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and not __fish_seen_subcommand_from add annotate create inspect push rm" -f -a "create" -d 'Make a list of manifests, to be annotated and pushed'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and not __fish_seen_subcommand_from add annotate create inspect push rm" -f -a "inspect" -d 'Show a manifest or a list of manifests'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and not __fish_seen_subcommand_from add annotate create inspect push rm" -f -a "push" -d 'Push a list of manifests to a registry'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and not __fish_seen_subcommand_from add annotate create inspect push rm" -f -a "rm" -d 'Remove lists of manifests; what was pushed stays'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l arch -d 'Set the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l os -d 'Set the operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l os-features -d 'Add features of the operating system, separated by commas' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l os-version -d 'Set the version of the operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l variant -d 'Set the variant of the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l all -d 'Take all manifests of an index, not only the one for this machine'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -l insecure -d 'Require neither HTTPS nor a valid certificate'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from add" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from annotate" -l arch -d 'Set the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from annotate" -l os -d 'Set the operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from annotate" -l os-features -d 'Add features of the operating system, separated by commas' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from annotate" -l os-version -d 'Set the version of the operating system' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from annotate" -l variant -d 'Set the variant of the architecture' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from annotate" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from create" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from create" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from create" -l all -d 'Take all manifests of an index'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from create" -s a -l amend -d 'Add to a list that is here already'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from create" -l insecure -d 'Require neither HTTPS nor a valid certificate'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from create" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from inspect" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from inspect" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from inspect" -s v -l verbose -d 'Show each manifest with its name, platform and bytes'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from inspect" -l insecure -d 'Require neither HTTPS nor a valid certificate'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from push" -l authfile -d 'Read credentials from this file' -r -F
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from push" -l tls-verify -d 'Require HTTPS and a valid certificate, or neither with =false' -r
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from push" -l all -d 'Push the members as well, which is always done'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from push" -s p -l purge -d 'Remove the list when it is pushed'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from push" -l insecure -d 'Require neither HTTPS nor a valid certificate'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from push" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand manifest; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "connect" -d 'Connect a container to a network'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "create" -d 'Create a network'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "disconnect" -d 'Disconnect a container from a network'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "exists" -d 'Tell by the exit code whether a network exists'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "inspect" -d 'Show all that is known of one or more networks'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "ls" -d 'List networks'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "list" -d 'List networks'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "prune" -d 'Remove all networks that no container is on'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "rm" -d 'Remove one or more networks'
complete -c rcon -n "__fish_rcon_using_subcommand network; and not __fish_seen_subcommand_from connect create disconnect exists inspect ls list prune rm remove" -f -a "remove" -d 'Remove one or more networks'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from connect" -l alias -d 'Give the container another name on this network' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from connect" -l driver-opt -d 'Set an option of the network\'s driver' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from connect" -l gw-priority -d 'Prefer this network for the default route: the highest number wins' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from connect" -l ip -d 'Give the container this IPv4 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from connect" -l ip6 -d 'Give the container this IPv6 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from connect" -l link -d 'Let the container find another one by name' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from connect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l aux-address -d 'Keep an address from containers, which something else has' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -s d -l driver -d 'Choose the driver: bridge' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l egress -d 'Restrict what containers reach: deny, allow=NAME|NETWORK[:PORT], log' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l gateway -d 'Set the address of the way out, within a subnet' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l ip-range -d 'Take the containers\' addresses from this part of a subnet' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l label -d 'Set a label on the network' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -s o -l opt -d 'Set an option of the driver' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l subnet -d 'Choose the network\'s addresses' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l attachable -d 'Take docker\'s flag for clusters: containers can always be connected'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l internal -d 'Let nothing out of the network, and nothing in'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l ipv4 -d 'Give containers IPv4 addresses'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -l ipv6 -d 'Give containers IPv6 addresses'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from create" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from disconnect" -s f -l force -d 'Take it off also when the container is gone'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from disconnect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from exists" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from inspect" -s f -l format -d 'Print by a template: json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from inspect" -s v -l verbose -d 'Take docker\'s flag for clusters, which there are none of'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from ls" -s f -l filter -d 'Show only what meets a condition: driver=, id=, label=, name=, scope=, type=, dangling=' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from ls" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from ls" -l no-trunc -d 'Do not shorten ids'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from list" -s f -l filter -d 'Show only what meets a condition: driver=, id=, label=, name=, scope=, type=, dangling=' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from list" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from list" -l no-trunc -d 'Do not shorten ids'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from list" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from prune" -l filter -d 'Remove only what meets a condition: until=, label=, label!=' -r
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from prune" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from rm" -s f -l force -d 'Say nothing of networks that are not there'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from remove" -s f -l force -d 'Say nothing of networks that are not there'
complete -c rcon -n "__fish_rcon_using_subcommand network; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand system; and not __fish_seen_subcommand_from check df info prune reset" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand system; and not __fish_seen_subcommand_from check df info prune reset" -f -a "check" -d 'Check that everything stored is as it should be'
complete -c rcon -n "__fish_rcon_using_subcommand system; and not __fish_seen_subcommand_from check df info prune reset" -f -a "df" -d 'Show how much images, containers and volumes take on disk'
complete -c rcon -n "__fish_rcon_using_subcommand system; and not __fish_seen_subcommand_from check df info prune reset" -f -a "info" -d 'Show what rcon found on this system'
complete -c rcon -n "__fish_rcon_using_subcommand system; and not __fish_seen_subcommand_from check df info prune reset" -f -a "prune" -d 'Remove stopped containers, unused networks, images and build cache, and what killed calls left'
complete -c rcon -n "__fish_rcon_using_subcommand system; and not __fish_seen_subcommand_from check df info prune reset" -f -a "reset" -d 'Remove all containers, images and volumes, and everything else rcon keeps'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from check" -s q -l quick -d 'Look at sizes and what is known of files, not at contents'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from check" -s r -l repair -d 'Mend what is damaged: unpack layers again, fetch blobs again, drop names of nothing'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from check" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from df" -l format -d 'Print by a template: table, table TEMPLATE, json, raw or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from df" -s v -l verbose -d 'Show each image, container and volume'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from df" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from info" -s f -l format -d 'Print by a template: json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from info" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from prune" -l filter -d 'Remove only what meets a condition: until=, label=, label!=' -r
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from prune" -s a -l all -d 'Remove every image that no container needs, not only those without a name'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from prune" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from prune" -l volumes -d 'Remove anonymous volumes that no container needs as well'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from reset" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand system; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand volume; and not __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand volume; and not __fish_seen_subcommand_from prune" -f -a "prune" -d 'Remove volumes that no container needs'
complete -c rcon -n "__fish_rcon_using_subcommand volume; and __fish_seen_subcommand_from prune" -l filter -d 'Remove only what meets a condition: label=, label!=, all=' -r
complete -c rcon -n "__fish_rcon_using_subcommand volume; and __fish_seen_subcommand_from prune" -s a -l all -d 'Remove volumes with a name as well'
complete -c rcon -n "__fish_rcon_using_subcommand volume; and __fish_seen_subcommand_from prune" -s f -l force -d 'Do not ask first'
complete -c rcon -n "__fish_rcon_using_subcommand volume; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand attach" -l detach-keys -d 'Set the keys that leave the container running' -r
complete -c rcon -n "__fish_rcon_using_subcommand attach" -l no-stdin -d 'Leave standard input alone'
complete -c rcon -n "__fish_rcon_using_subcommand attach" -l sig-proxy -d 'Pass signals on to the process'
complete -c rcon -n "__fish_rcon_using_subcommand attach" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand completion" -l no-descriptions -d 'Leave descriptions out; accepted for docker\'s sake'
complete -c rcon -n "__fish_rcon_using_subcommand completion" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand create" -l add-host -d 'Add a line to /etc/hosts of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s a -l attach -d 'Attach to stdin, stdout or stderr' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l cap-add -d 'Add a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l cap-drop -d 'Drop a capability, or ALL' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l cidfile -d 'Write the container\'s id to a new file' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l entrypoint -d 'Replace the entrypoint of the image; empty clears it' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s e -l env -d 'Set an environment variable; KEY alone passes the caller\'s on' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l env-file -d 'Read environment variables from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s h -l hostname -d 'Set the host name of the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s l -l label -d 'Set a label on the container' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l label-file -d 'Read labels from a file, one per line' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l name -d 'Give the container a name' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l dns -d 'Ask this name server' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l dns-option -d 'Set an option of resolv.conf(5)' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l dns-search -d 'Look names up in this domain as well' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l egress -d 'Restrict what the container reaches: deny, allow=NAME|NETWORK[:PORT], log' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l expose -d 'Say that the container listens on a port, or on a range of ports' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l ip -d 'Give the container this IPv4 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l ip6 -d 'Give the container this IPv6 address' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l link -d 'Let the container find another one by name' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l mac-address -d 'Give the container this Ethernet address' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l network -d 'Connect the container to a network: NAME, bridge, host, none, container:NAME or pasta[:OPTIONS]' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l network-alias -d 'Give the container another name on its network' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s p -l publish -d 'Publish a port of the container on the host' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l platform -d 'Use the image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l pull -d 'Ask the registry for the image: always, missing or never' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l security-opt -d 'Change how the container is confined: seccomp=FILE|unconfined, no-new-privileges' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l shm-size -d 'Set the size of /dev/shm' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l stop-signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l stop-timeout -d 'Set how many seconds to wait before a stop becomes a kill; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l tmpfs -d 'Mount a tmpfs' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l ulimit -d 'Set a limit of setrlimit(2)' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s u -l user -d 'Run as this user, and group, of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s v -l volume -d 'Mount a directory of the host or a volume' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -s w -l workdir -d 'Set the directory in which the command starts' -r
complete -c rcon -n "__fish_rcon_using_subcommand create" -l init -d 'Run an init as process 1, which forwards signals and reaps processes'
complete -c rcon -n "__fish_rcon_using_subcommand create" -s i -l interactive -d 'Keep standard input open'
complete -c rcon -n "__fish_rcon_using_subcommand create" -s P -l publish-all -d 'Publish all ports that are exposed on free ports of the host'
complete -c rcon -n "__fish_rcon_using_subcommand create" -l privileged -d 'Give the container all the power that the caller has'
complete -c rcon -n "__fish_rcon_using_subcommand create" -s q -l quiet -d 'Do not show the progress of a pull'
complete -c rcon -n "__fish_rcon_using_subcommand create" -l read-only -d 'Mount the root file system of the container read-only'
complete -c rcon -n "__fish_rcon_using_subcommand create" -l rm -d 'Remove the container and its anonymous volumes when it exits'
complete -c rcon -n "__fish_rcon_using_subcommand create" -s t -l tty -d 'Allocate a terminal'
complete -c rcon -n "__fish_rcon_using_subcommand create" -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand history" -l format -d 'Print by a template: table, table TEMPLATE, json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand history" -s H -l human -d 'Print sizes and dates for people'
complete -c rcon -n "__fish_rcon_using_subcommand history" -l no-trunc -d 'Do not shorten the output'
complete -c rcon -n "__fish_rcon_using_subcommand history" -s q -l quiet -d 'Print ids only'
complete -c rcon -n "__fish_rcon_using_subcommand history" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand import" -s c -l change -d 'Apply a Dockerfile instruction to the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand import" -s m -l message -d 'Set the comment of the image' -r
complete -c rcon -n "__fish_rcon_using_subcommand import" -l platform -d 'Use this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand import" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand inspect" -s f -l format -d 'Print by a template: json or TEMPLATE' -r
complete -c rcon -n "__fish_rcon_using_subcommand inspect" -l type -d 'Look only at objects of this type: container, image or network' -r
complete -c rcon -n "__fish_rcon_using_subcommand inspect" -s s -l size -d 'Show how much a container takes on disk'
complete -c rcon -n "__fish_rcon_using_subcommand inspect" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand kill" -s s -l signal -d 'Send this signal instead of KILL' -r
complete -c rcon -n "__fish_rcon_using_subcommand kill" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand load" -s i -l input -d 'Read this file, or OCI layout, instead of standard input' -r
complete -c rcon -n "__fish_rcon_using_subcommand load" -l platform -d 'Use this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand load" -s q -l quiet -d 'Do not show progress'
complete -c rcon -n "__fish_rcon_using_subcommand load" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand logs" -l since -d 'Begin at a time, such as 2013-01-02T13:23:37Z, or so long ago, such as 42m' -r
complete -c rcon -n "__fish_rcon_using_subcommand logs" -s n -l tail -d 'Begin so many lines before the end' -r
complete -c rcon -n "__fish_rcon_using_subcommand logs" -l until -d 'End before a time, or so long ago' -r
complete -c rcon -n "__fish_rcon_using_subcommand logs" -l details -d 'Show the extra details that were logged'
complete -c rcon -n "__fish_rcon_using_subcommand logs" -l egress -d 'Show what the container wanted to reach, where --egress rules noted it, instead of what it wrote'
complete -c rcon -n "__fish_rcon_using_subcommand logs" -s f -l follow -d 'Go on while the container writes'
complete -c rcon -n "__fish_rcon_using_subcommand logs" -s t -l timestamps -d 'Show when each line was written'
complete -c rcon -n "__fish_rcon_using_subcommand logs" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand port" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand rename" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand restart" -s s -l signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand restart" -s t -l timeout -d 'Set how many seconds to wait before killing; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand restart" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand rm" -s f -l force -d 'Kill the container first when it runs'
complete -c rcon -n "__fish_rcon_using_subcommand rm" -s v -l volumes -d 'Remove its anonymous volumes as well'
complete -c rcon -n "__fish_rcon_using_subcommand rm" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand rmi" -s f -l force -d 'Remove the image though containers use it'
complete -c rcon -n "__fish_rcon_using_subcommand rmi" -l no-prune -d 'Keep parents that have no name'
complete -c rcon -n "__fish_rcon_using_subcommand rmi" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand save" -l format -d 'Write this format: docker-archive, oci-archive or oci-dir' -r
complete -c rcon -n "__fish_rcon_using_subcommand save" -s o -l output -d 'Write to a file instead of standard output' -r
complete -c rcon -n "__fish_rcon_using_subcommand save" -l platform -d 'Save only an image of this platform: os[/arch[/variant]]' -r
complete -c rcon -n "__fish_rcon_using_subcommand save" -l compress -d 'Compress the layers of a directory (they are, without this too)'
complete -c rcon -n "__fish_rcon_using_subcommand save" -s m -l multi-image-archive -d 'Write several images into one archive (they are, without this too)'
complete -c rcon -n "__fish_rcon_using_subcommand save" -s q -l quiet -d 'Do not show progress'
complete -c rcon -n "__fish_rcon_using_subcommand save" -l uncompressed -d 'Leave layers of an OCI format uncompressed that came so'
complete -c rcon -n "__fish_rcon_using_subcommand save" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand start" -l detach-keys -d 'Set the keys that leave the container running' -r
complete -c rcon -n "__fish_rcon_using_subcommand start" -s a -l attach -d 'Attach to the container\'s output and pass signals on'
complete -c rcon -n "__fish_rcon_using_subcommand start" -s i -l interactive -d 'Attach to the container\'s standard input'
complete -c rcon -n "__fish_rcon_using_subcommand start" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand stop" -s s -l signal -d 'Set the signal that asks the container to stop' -r
complete -c rcon -n "__fish_rcon_using_subcommand stop" -s t -l timeout -d 'Set how many seconds to wait before killing; -1 waits for ever' -r
complete -c rcon -n "__fish_rcon_using_subcommand stop" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand tag" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand unshare" -l rootless-netns -d 'Enter the network namespace that holds the bridges of containers, too'
complete -c rcon -n "__fish_rcon_using_subcommand unshare" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand untag" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand update" -l publish-add -d 'Publish one more port of the running container' -r
complete -c rcon -n "__fish_rcon_using_subcommand update" -l publish-rm -d 'Take back a published port of the running container' -r
complete -c rcon -n "__fish_rcon_using_subcommand update" -s h -l help -d 'Print usage'
complete -c rcon -n "__fish_rcon_using_subcommand wait" -s h -l help -d 'Print usage'
