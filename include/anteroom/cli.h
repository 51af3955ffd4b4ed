/* The program `anteroom`, whole: the way in. */
#ifndef ANTEROOM_CLI_H
#define ANTEROOM_CLI_H

/* Does what the command line says and returns the exit code. */
int cli_main(int argc, char **argv);

#endif
