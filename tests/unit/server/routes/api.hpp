// The whole service in process, asked as a client would, every answer held against the OpenAPI
// document.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/types/json.hpp"
#include "server/store/audit_store.hpp"
#include "server/store/meeting_store.hpp"
#include "tests/fakes/base/soon.hpp"
#include "tests/fakes/server/whole_service.hpp"

namespace bot::routes {

using types::Json;

struct Answer {
  int status = 0;
  std::string body;
  Json json;  // discarded when the body is not JSON
  http::Reply reply;

  // The sentence of an error; for a 422 list "loc.loc: msg | …".
  std::string detail() const;
  std::string header(std::string_view name) const { return std::string(reply.header(name)); }
};

// "422 body.email: field required", "404 User not found", "200".
std::string summary(const Answer& answer);

struct Ask {
  std::string method = "GET";
  std::string target = {};
  std::string body = {};
  std::string user_key = {};
  std::string admin_key = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string peer_address = "127.0.0.1";
};

http::Request to_request(const Ask& ask);

struct Customer {
  std::int64_t id = 0;
  std::string email;
  std::string key;
};

class Api : public testing::Test {
 protected:
  Api() : Api(WholeService::Options{}) {}
  explicit Api(WholeService::Options options);
  ~Api() override;

  Answer call(const Ask& ask);
  Answer open(const std::string& method, const std::string& target, const std::string& body = "");
  Answer admin(const std::string& method, const std::string& target, const std::string& body = "");
  // As ann_.
  Answer user(const std::string& method, const std::string& target, const std::string& body = "");
  Answer as(const Customer& who,
            const std::string& method,
            const std::string& target,
            const std::string& body = "");

  // A user with a token, made through the API.
  Customer make_customer(const std::string& email, int limit = 3);

  // POST /bots as ann_ on google_meet.
  Json start(const std::string& native_id);
  // Likewise, and waits until the runtime has it; returns its spec.
  bots::BotSpec launch(const std::string& native_id);
  // A bot's own callback.
  Answer callback(const bots::BotSpec& bot,
                  const std::string& word,
                  const std::string& body = "",
                  const std::string& method = "POST");
  bots::BotSpec activate(const std::string& native_id);
  // Active, then exited with 0, and all that follows an end is done.
  bots::BotSpec complete(const std::string& native_id);

  std::vector<store::AuditRow> audit_log();
  // "action subject note (actor)", oldest first; "… (actor) refused 404" for what was refused.
  std::vector<std::string> audited();
  store::MeetingRow meeting_row(std::int64_t id);

  const Json& document() const { return document_; }

  WholeService service_;
  Customer ann_;

 private:
  void hold_against_document(const Ask& ask, const Answer& answer);

  Json document_;
};

}  // namespace bot::routes
