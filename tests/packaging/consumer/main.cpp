#include <cstdio>
#include <hotswap/client.hpp>

// No server is there: what it reads are its own defaults.
int main() {
  hotswap::sdk::ClientOptions options;
  options.servers = {"http://127.0.0.1:9"};
  options.service = "shop";
  options.environment = "Production";
  hotswap::sdk::Client client(options);
  std::printf("pool of %d\n", client.config().get_or<int>("pool.max", 7));
}
