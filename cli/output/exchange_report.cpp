#include "cli/output/exchange_report.hpp"

#include <ostream>
#include <string>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::cli {
namespace {

void write_headers(std::ostream& err, char mark, const client::Headers& headers) {
  for (const auto& [name, value] : headers) {
    err << mark << ' ' << escape_for_terminal(name) << ": " << escape_for_terminal(value) << '\n';
  }
}

void write_body(std::ostream& err, char mark, const std::string& body) {
  if (body.empty()) return;
  for (const auto line : split(body, '\n')) {
    err << mark << ' ' << escape_for_terminal(line) << '\n';
  }
}

std::string summary(const client::Exchange& exchange) {
  std::string line = exchange.method + ' ' + exchange.target + " → ";
  if (exchange.status != 0) {
    line += std::to_string(exchange.status);
  } else {
    line += exchange.error ? exchange.error->message : "no answer";
  }
  line += " in " + std::to_string(exchange.duration.count() / 1000) + " ms";
  if (exchange.attempt > 1) line += ", attempt " + std::to_string(exchange.attempt);
  if (!exchange.request_id.empty()) line += "  request " + exchange.request_id;
  return line;
}

}  // namespace

void write_exchange(std::ostream& err,
                    const client::Exchange& exchange,
                    std::size_t verbosity,
                    Colors colors) {
  err << styled(escape_for_terminal(summary(exchange)), Style::dim, colors) << '\n';
  if (verbosity >= 2) write_headers(err, '>', exchange.request_headers);
  if (verbosity >= 3) write_body(err, '>', exchange.request_body);
  if (verbosity >= 2) write_headers(err, '<', exchange.response_headers);
  if (verbosity >= 3) write_body(err, '<', exchange.response_body);
  err.flush();
}

}  // namespace bot::cli
