#include "tests/fakes/bots/fake_engine.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "base/ids.hpp"
#include "base/text.hpp"

namespace bot::bots {

namespace {

using nlohmann::json;

std::string said(const std::string& message) {
  return json{{"message", message}}.dump();
}

std::string http(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" +
         (status == 204 ? "\r\n"
                        : "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

std::string take_request(std::string& buffered) {
  const auto head_end = buffered.find("\r\n\r\n");
  if (head_end == std::string::npos) return "";
  std::size_t length = 0;
  const auto at = buffered.find("Content-Length: ");
  if (at != std::string::npos && at < head_end) length = std::stoul(buffered.substr(at + 16));
  if (buffered.size() < head_end + 4 + length) return "";
  std::string request = buffered.substr(0, head_end + 4 + length);
  buffered.erase(0, request.size());
  return request;
}

std::string value_of(const std::string& query, const std::string& name) {
  for (const auto part : split(query, '&')) {
    if (part.starts_with(name + "=")) {
      return percent_decode(part.substr(name.size() + 1)).value_or("");
    }
  }
  return "";
}

bool send_all(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

}  // namespace

FakeEngine::FakeEngine() : id_(random_hex(32)) {
  auto pattern = (std::filesystem::temp_directory_path() / "fake-engine-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  folder_ = pattern;
  open();
}

FakeEngine::~FakeEngine() {
  close_all();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void FakeEngine::open() {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = socket();
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ::unlink(path.c_str());
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("no unix socket");
  }
  acceptor_ = std::thread([this, era = era_.load()] { accept_all(era); });
}

void FakeEngine::close_all() {
  ++era_;
  changed_.notify_all();
  if (acceptor_.joinable()) acceptor_.join();
  for (auto& connection : connections_)
    connection.join();
  connections_.clear();
  if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  ::unlink(socket().c_str());
}

void FakeEngine::go_away() {
  close_all();
}

void FakeEngine::come_back() {
  open();
}

void FakeEngine::drop_events() {
  ++events_era_;
  changed_.notify_all();
}

void FakeEngine::become_another() {
  const std::scoped_lock lock(mutex_);
  id_ = random_hex(32);
  held_.clear();
}

void FakeEngine::lack_image(const std::string& image, bool pullable) {
  const std::scoped_lock lock(mutex_);
  lacking_[image] = pullable;
}

void FakeEngine::fail(const std::string& part, int status, const std::string& message) {
  answer(part, status, said(message));
}

void FakeEngine::fail_always(const std::string& part, int status) {
  const std::scoped_lock lock(mutex_);
  failing_[part] = status;
}

void FakeEngine::answer(const std::string& part, int status, const std::string& body) {
  const std::scoped_lock lock(mutex_);
  failures_.push_back({part, {status, body}});
}

void FakeEngine::end(const std::string& id, int exit_code) {
  const std::scoped_lock lock(mutex_);
  if (auto* held = find(id)) finish(*held, exit_code);
}

void FakeEngine::tell_an_end(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  tell("die", id);
}

void FakeEngine::remove(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(held_, [&](const Held& held) { return held.id == id; });
  tell("destroy", id);
}

std::string FakeEngine::put(const std::string& name,
                            const std::string& state,
                            json labels,
                            const std::string& image) {
  const std::scoped_lock lock(mutex_);
  Held held{random_hex(64), name, state, 0, {{"Image", image}, {"Labels", std::move(labels)}}};
  held_.push_back(held);
  return held.id;
}

std::vector<FakeEngine::Held> FakeEngine::containers() const {
  const std::scoped_lock lock(mutex_);
  return held_;
}

std::vector<std::string> FakeEngine::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

int FakeEngine::count(const std::string& part) const {
  const auto all = requests();
  return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const auto& request) {
    return request.find(part) != std::string::npos;
  }));
}

FakeEngine::Held* FakeEngine::find(const std::string& id_or_name) {
  const auto found = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
    return held.id == id_or_name || held.name == id_or_name;
  });
  return found == held_.end() ? nullptr : &*found;
}

void FakeEngine::finish(Held& held, int exit_code) {
  if (held.state != "running") return;
  held.state = "exited";
  held.exit_code = exit_code;
  tell("die", held.id);
}

void FakeEngine::tell(const std::string& action, const std::string& id) {
  if (!swallowing_) {
    events_.push_back(
        json{{"Type", "container"}, {"Action", action}, {"Actor", {{"ID", id}}}}.dump());
  }
  changed_.notify_all();
}

void FakeEngine::accept_all(std::uint64_t era) {
  while (era == era_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 10) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) connections_.emplace_back([this, socket, era] { serve(socket, era); });
  }
}

void FakeEngine::serve(int socket, std::uint64_t era) {
  std::string buffered;
  while (era == era_) {
    const std::string request = take_request(buffered);
    if (!request.empty()) {
      if (!respond(socket, request, era)) break;
      continue;
    }
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, 10) <= 0) continue;
    char chunk[4096];
    const auto got = ::recv(socket, chunk, sizeof chunk, 0);
    if (got <= 0) break;
    buffered.append(chunk, static_cast<std::size_t>(got));
  }
  ::close(socket);
}

bool FakeEngine::respond(int socket, const std::string& request, std::uint64_t era) {
  const auto line = request.substr(0, request.find(" HTTP/1.1"));
  const auto method = line.substr(0, line.find(' '));
  auto target = line.substr(line.find(' ') + 1);
  Answer answer{.status = -1, .body = {}};
  {
    std::unique_lock lock(mutex_);
    requests_.push_back(line);
    const auto failure = std::find_if(failures_.begin(), failures_.end(), [&](const auto& each) {
      return line.find(each.first) != std::string::npos;
    });
    for (const auto& [part, status] : failing_) {
      if (status >= 0 && line.find(part) != std::string::npos) {
        answer = {.status = status, .body = said("failed on command")};
      }
    }
    if (failure != failures_.end()) {
      answer = failure->second;
      failures_.erase(failure);
    }
    if (answer.status == 0) {
      while (era == era_)
        changed_.wait_for(lock, std::chrono::milliseconds(10));
      return false;
    }
  }
  if (target.starts_with("/v1.")) target.erase(0, target.find('/', 1));
  if (answer.status < 0 && target.starts_with("/events")) {
    stream_events(socket, era);
    return false;
  }
  if (answer.status < 0) {
    answer = route(method, target, request.substr(request.find("\r\n\r\n") + 4));
  }
  return send_all(socket, http(answer.status, answer.body));
}

void FakeEngine::stream_events(int socket, std::uint64_t era) {
  const auto events_era = events_era_.load();
  std::unique_lock lock(mutex_);
  std::size_t next = events_.size();
  lock.unlock();
  bool open = send_all(socket,
                       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n");
  lock.lock();
  while (open && era == era_ && events_era == events_era_) {
    if (next == events_.size()) {
      changed_.wait_for(lock, std::chrono::milliseconds(10));
      pollfd peer{socket, POLLIN | POLLRDHUP, 0};
      if (::poll(&peer, 1, 0) > 0) return;
      continue;
    }
    // In two pieces: a line may arrive in any.
    const auto event = events_[next++] + "\n";
    for (const auto& piece : {event.substr(0, 10), event.substr(10)}) {
      char size[16];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      open = open && send_all(socket, size + piece + "\r\n");
    }
  }
  if (era == era_) send_all(socket, "0\r\n\r\n");
}

FakeEngine::Answer FakeEngine::route(const std::string& method,
                                     const std::string& path,
                                     const std::string& body) {
  if (path == "/version") {
    return {200, R"({"Version":"24.0.7","ApiVersion":"1.43","MinAPIVersion":"1.12"})"};
  }
  if (path == "/info") {
    const std::scoped_lock lock(mutex_);
    return {200, json{{"ID", id_}, {"Name", "host"}, {"DockerRootDir", "/var/lib"}}.dump()};
  }
  const auto query = path.find('?') == path.npos ? "" : path.substr(path.find('?') + 1);
  if (path.starts_with("/containers/create?")) return create(query, body);
  if (path.starts_with("/containers/json?")) return {200, list()};
  if (path.starts_with("/images/")) return of_image(method, path.substr(8));
  if (path.starts_with("/containers/")) return of_container(method, path.substr(12));
  return {404, said("page not found")};
}

FakeEngine::Answer FakeEngine::create(const std::string& query, const std::string& body) {
  const std::scoped_lock lock(mutex_);
  const auto plan = json::parse(body, nullptr, false);
  if (!plan.is_object()) return {400, said("invalid JSON")};
  const auto name = value_of(query, "name");
  if (lacking_.contains(plan.value("Image", ""))) {
    return {404, said("No such image: " + plan.value("Image", ""))};
  }
  if (find(name) != nullptr) {
    return {409, said("Conflict. The container name \"/" + name + "\" is already in use")};
  }
  Held held{random_hex(64), name, "created", 0, plan};
  held_.push_back(held);
  return {201, json{{"Id", held.id}, {"Warnings", json::array()}}.dump()};
}

std::string FakeEngine::list() const {
  const std::scoped_lock lock(mutex_);
  auto all = json::array();
  for (const auto& held : held_) {
    all.push_back({{"Id", held.id},
                   {"Names", {"/" + held.name}},
                   {"State", held.state},
                   {"Labels", held.plan.value("Labels", json::object())}});
  }
  return all.dump();
}

FakeEngine::Answer FakeEngine::of_image(const std::string& method, const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (method == "POST") {
    const auto query = path.substr(path.find('?') + 1);
    auto image = value_of(query, "fromImage");
    if (const auto tag = value_of(query, "tag"); tag != "latest") image += ":" + tag;
    const auto lacking = lacking_.find(image);
    if (lacking != lacking_.end() && !lacking->second) {
      return {200,
              R"({"status":"Pulling"})"
              "\n"
              R"({"error":"manifest unknown"})"
              "\n"};
    }
    lacking_.erase(image);
    return {200,
            R"({"status":"Downloaded"})"
            "\n"};
  }
  const auto image = percent_decode(path.substr(0, path.rfind("/json"))).value_or("");
  if (lacking_.contains(image)) return {404, said("No such image: " + image)};
  return {200, "{}"};
}

FakeEngine::Answer FakeEngine::of_container(const std::string& method, const std::string& rest) {
  const std::scoped_lock lock(mutex_);
  const auto end = rest.find_first_of("/?");
  auto* held = find(rest.substr(0, end));
  const auto verb = rest.substr(end);
  if (held == nullptr) return {404, said("No such container: " + rest.substr(0, end))};
  if (method == "DELETE") {
    const auto id = held->id;
    std::erase_if(held_, [&](const Held& each) { return each.id == id; });
    tell("destroy", id);
    return {204, ""};
  }
  if (verb == "/json") {
    return {200,
            json{{"Id", held->id},
                 {"State", {{"Status", held->state}, {"ExitCode", held->exit_code}}},
                 {"Config", {{"Labels", held->plan.value("Labels", json::object())}}}}
                .dump()};
  }
  if (verb == "/start") {
    held->state = "running";
    if (held->plan.value("Image", "") == "exits7") finish(*held, 7);
    return {204, ""};
  }
  if (verb.starts_with("/kill")) {
    if (held->state != "running") return {409, said("is not running")};
    const bool gently = verb.ends_with("=SIGTERM");
    if (gently && held->plan.value("Image", "") == "stubborn") return {204, ""};
    finish(*held, gently ? 143 : 137);
    return {204, ""};
  }
  return {404, said("page not found")};
}

}  // namespace bot::bots
