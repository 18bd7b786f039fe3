// The HTTP stack of botd with nothing behind it: GET /canned answers so many bytes. What other
// answers are compared with.
//
//   canned BYTES      prints the port, serves until its input ends
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "server/http/listener.hpp"

namespace {

using namespace bot::http;

Router canned_router(std::size_t size) {
  Router router;
  router.add({.method = "GET",
              .pattern = "/canned",
              .access = Access::open,
              .handler = [body = std::string(size, 'x')](const Request&, const Principal&)
                  -> bot::Result<Reply> { return json_reply(200, body); }});
  return router;
}

}  // namespace

int main(int argc, char** argv) {
  const auto size = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (size == 0) {
    std::fputs("usage: canned BYTES\n", stderr);
    return 2;
  }
  const Dispatcher dispatcher(canned_router(size), {});
  auto listener = Listener::open({}, dispatcher);
  if (!listener) {
    std::fprintf(stderr, "%s\n", listener.error().message.c_str());
    return 1;
  }
  (*listener)->start();
  std::printf("%d\n", (*listener)->port());
  std::fflush(stdout);
  char end = 0;
  while (::read(STDIN_FILENO, &end, 1) > 0) {
  }
  (*listener)->stop(bot::Millis{0});
}
