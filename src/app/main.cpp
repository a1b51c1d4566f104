#include "app/composition.hpp"
#include "cli/run.hpp"

int main(int argc, char** argv) { return hotswap::cli::run(argc, argv, hotswap::actions()); }
