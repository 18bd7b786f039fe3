// Whatever is asked, botd answers it or says why not: no crash, no exception, nothing of 500 and
// above; each refusal has a detail. An input is a script (request_script.hpp); the method SOCKET
// opens a websocket and says each line of its body.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "tests/fakes/http/recording_peer.hpp"
#include "tests/fuzz/fuzzed_service.hpp"
#include "tests/fuzz/promise.hpp"

namespace bot::fuzz {
namespace {

using nlohmann::json;

// What a listener reads of one websocket message.
constexpr std::size_t longest_message = std::size_t{64} << 10;

void check_headers(const http::Reply& reply) {
  require(!has_control_characters(reply.content_type), "a media type is one line");
  for (const auto& [name, value] : reply.headers) {
    require(!name.empty() && !has_control_characters(name), "a header's name is one word");
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos,
            "a header's value is one line",
            value);
  }
}

void check(const http::Reply& reply, bool bodiless) {
  const auto shown = std::to_string(reply.status) + " " + reply.body;
  require(reply.status >= 200 && reply.status < 500, "an answer is of 2xx, 3xx or 4xx", shown);
  check_headers(reply);
  if (bodiless || (reply.body.empty() && reply.status < 300)) return;
  if (reply.content_type != "application/json") {
    return require(reply.status < 300, "a refusal is JSON", shown);
  }
  const auto body = json::parse(reply.body, nullptr, false);
  require(!body.is_discarded(), "a JSON answer is JSON", shown);
  if (reply.status < 300) return;
  // Under /api/ it is called otherwise.
  const auto detail = body.find(body.contains("error") ? "error" : "detail");
  require(detail != body.end() && !detail->empty(), "a refusal has a detail", shown);
  require(!detail->is_string() || !detail->get_ref<const std::string&>().empty(),
          "a refusal says why",
          shown);
}

void check_frames(const std::vector<std::string>& frames) {
  require(!frames.empty(), "each message is answered");
  for (const auto& frame : frames) {
    const auto said = json::parse(frame, nullptr, false);
    require(said.is_object() && said.contains("type"), "a frame is an object with a type", frame);
  }
}

void talk(FuzzedService& service, const http::Request& request) {
  const auto handler = service.sockets().accept(request);
  if (!handler) return require(!handler.error().message.empty(), "a refusal says why");
  const auto peer = std::make_shared<http::RecordingPeer>();
  (*handler)->on_open(peer);
  for (const auto message : split(request.body, '\n')) {
    if (message.size() > longest_message || !is_valid_utf8(message)) continue;
    (*handler)->on_text(std::string(message));
    check_frames(peer->take());
  }
  (*handler)->on_close();
}

void run(FuzzedService& service, std::string_view script) {
  // Each address of its own: the wrong keys of one input must not count against the next.
  static std::uint32_t inputs = 0;
  const auto address = "address " + std::to_string(++inputs);
  for (auto& request : read_script(script, service.words())) {
    request.peer_address = address;
    if (request.method == "SOCKET") {
      talk(service, request);
    } else {
      check(service.answer(request), request.method == "HEAD");
    }
  }
  const auto faults = service.faults();
  require(faults.empty(), "no handler lets a bug out", join(faults, "\n"));
  service.reset();
}

}  // namespace
}  // namespace bot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static bot::fuzz::FuzzedService service;
  const std::string script(data, data + size);
  bot::fuzz::run(service, script);
  return 0;
}
