// A stand-in for botd: writes down how it was started, then serves GET /health until SIGTERM. Under
// the name `botd-dies` it complains and ends instead.
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/fakes/suites/seat_server.hpp"

int main(int count, char** arguments) {
  std::string directory;
  for (int i = 1; i + 1 < count; ++i) {
    if (std::strcmp(arguments[i], "--data-dir") == 0) directory = arguments[i + 1];
  }
  if (std::string(arguments[0]).ends_with("-dies")) {
    std::cerr << "the port is " << std::getenv("BOTD_ADMIN_KEY") << " taken\n";
    return 3;
  }
  std::ofstream seen(directory + "/seen");
  for (int i = 1; i < count; ++i)
    seen << "argument " << arguments[i] << "\n";
  for (char** variable = environ; *variable != nullptr; ++variable) {
    seen << "variable " << *variable << "\n";
  }
  seen.close();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const bot::suites::SeatServer server(2, bot::suites::SeatServer::Care::exact);
  std::ofstream(directory + "/endpoint") << server.origin() << "\n";
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}
