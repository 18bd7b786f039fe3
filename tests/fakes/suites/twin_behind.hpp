#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "suites/behind.hpp"
#include "tests/fakes/suites/twin_service.hpp"

namespace bot::suites {

// What lies behind a twin, honest unless told to lie.
class TwinBehind final : public Behind {
 public:
  explicit TwinBehind(std::shared_ptr<TwinService> twin) : twin_(std::move(twin)) {}

  bool sees_redis() const override { return redis; }
  bool sees_database() const override { return database; }
  Result<std::vector<std::string>> published(const std::string& session_uid) override {
    auto messages = twin_->messages_to(session_uid);
    if (about_messages) about_messages(messages);
    return messages;
  }
  Result<std::vector<std::string>> new_keys() override { return keys; }
  Result<RowsSeen> rows_of(std::int64_t user_id) override {
    return RowsSeen{twin_->meetings_of(user_id), broken};
  }

  bool redis = true;
  bool database = true;
  std::function<void(std::vector<std::string>&)> about_messages;
  std::vector<std::string> keys;
  std::vector<std::string> broken;

 private:
  std::shared_ptr<TwinService> twin_;
};

}  // namespace bot::suites
