#include "server/http/router.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "base/text.hpp"

namespace bot::http {

struct Router::Node {
  struct Entry {
    const Route* route;
    std::vector<std::string> names;  // of the parameters on the way here
  };

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::map<std::string, Entry, std::less<>> by_method;
};

namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// One attempt to match a path; nodes are visited in order of precedence.
template <typename Node>
struct Search {
  using Entry = typename Node::Entry;

  std::string_view method;
  std::vector<std::string> segments;
  std::vector<const std::string*> values = {};
  const Entry* found = nullptr;
  std::vector<std::string> found_values = {};
  std::vector<std::string> allowed = {};

  void visit(const Node& node, std::size_t depth) {
    if (found != nullptr) return;
    if (depth == segments.size()) return take(node);
    const auto literal = node.literals.find(segments[depth]);
    if (literal != node.literals.end()) visit(*literal->second, depth + 1);
    if (node.parameter == nullptr || segments[depth].empty()) return;
    values.push_back(&segments[depth]);
    visit(*node.parameter, depth + 1);
    values.pop_back();
  }

 private:
  void take(const Node& node) {
    for (const auto& [name, entry] : node.by_method)
      allowed.push_back(name);
    auto entry = node.by_method.find(method);
    if (entry == node.by_method.end() && method == "HEAD") entry = node.by_method.find("GET");
    if (entry == node.by_method.end()) return;
    found = &entry->second;
    for (const auto* value : values)
      found_values.push_back(*value);
  }
};

// The decoded segments after the first slash; nullopt when the path cannot name anything.
std::optional<std::vector<std::string>> segments_of(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::vector<std::string> segments;
  for (const auto raw : split(path.substr(1), '/')) {
    auto decoded = percent_decode(raw);
    if (!decoded) return std::nullopt;
    segments.push_back(*std::move(decoded));
  }
  return segments;
}

void add_head_and_sort(std::vector<std::string>& methods) {
  const auto with_get = std::find(methods.begin(), methods.end(), "GET") != methods.end();
  if (with_get) methods.emplace_back("HEAD");
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

void Router::add(Route route) {
  const auto& added = routes_.emplace_back(std::make_unique<Route>(std::move(route)));
  if (!added->pattern.starts_with('/')) {
    throw std::logic_error("a route's pattern starts with a slash: " + added->pattern);
  }
  auto* node = root_.get();
  std::vector<std::string> names;
  for (const auto segment : split(std::string_view(added->pattern).substr(1), '/')) {
    const bool parameter = is_parameter(segment);
    if (!parameter && segment.find_first_of("{}") != segment.npos) {
      throw std::logic_error("a parameter fills a whole segment: " + added->pattern);
    }
    if (parameter) names.emplace_back(segment.substr(1, segment.size() - 2));
    auto& next = parameter ? node->parameter : node->literals[std::string(segment)];
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  const auto [entry, fresh] =
      node->by_method.try_emplace(added->method, Node::Entry{added.get(), std::move(names)});
  if (!fresh) throw std::logic_error("two routes for " + added->method + " " + added->pattern);
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  auto segments = segments_of(path);
  if (!segments) return {};
  Search<Node> search{.method = method, .segments = *std::move(segments)};
  search.visit(*root_, 0);
  Match match;
  match.allowed = std::move(search.allowed);
  add_head_and_sort(match.allowed);
  if (search.found == nullptr) return match;
  match.route = search.found->route;
  for (std::size_t i = 0; i < search.found_values.size(); ++i) {
    match.params.emplace_back(search.found->names[i], std::move(search.found_values[i]));
  }
  return match;
}

}  // namespace bot::http
