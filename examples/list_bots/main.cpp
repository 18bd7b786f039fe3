// Prints the bots of one user, one a line, with the installed client library.
#include <client/client.hpp>
#include <client/http/curl_transport.hpp>
#include <client/ops/list_bots.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void print(const bot::Error& error) {
  std::cerr << "list_bots: " << error.message << "\n";
  if (!error.hint.empty()) std::cerr << "hint: " << error.hint << "\n";
}

int list_bots(const std::string& server, const std::string& api_key) {
  const bot::client::Client client(bot::client::make_curl_transport(server),
                                   {.server = server, .api_key = api_key});
  const auto bots = client.run(bot::client::ListBots{});
  if (!bots) {
    print(bots.error());
    return 1;
  }
  for (const auto& meeting : bots->meetings) {
    std::cout << meeting.platform << "\t" << meeting.native_meeting_id.value_or("-") << "\t"
              << meeting.status << "\n";
  }
  return 0;
}

}  // namespace

int main() {
  const auto server = variable("BOTCTL_SERVER");
  if (server.empty()) {
    std::cerr << "usage: BOTCTL_SERVER=http://HOST:PORT BOTCTL_API_KEY=… list_bots\n";
    return 2;
  }
  return list_bots(server, variable("BOTCTL_API_KEY"));
}
