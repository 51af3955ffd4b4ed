/* The program `anteroom`: what a person does from a shell. All of it is in
 * cli/. */
#include "anteroom/cli.h"

int main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
