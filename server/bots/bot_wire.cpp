#include "server/bots/bot_wire.hpp"

#include <utility>

namespace bot::bots {

namespace {

using types::Json;

struct Encoder {
  const BotSpec& spec;

  CallbackBody operator()(const StatusOutput& status) const {
    Json body = start();
    body["container_id"] = spec.container_id;
    body["status"] = status.status;
    return {"status_change", std::move(body)};
  }
  CallbackBody operator()(const HeartbeatOutput&) const { return {"heartbeat", start()}; }
  CallbackBody operator()(const AckOutput& ack) const {
    Json body = start();
    body["command_id"] = ack.command_id;
    body["result"] = encode_ack(ack);
    return {"command_ack", std::move(body)};
  }
  CallbackBody operator()(const SegmentOutput& segment) const {
    Json body = start();
    body["segments"] = Json::array({Json{{"start", segment.start},
                                         {"end", segment.end},
                                         {"text", segment.text},
                                         {"language", segment.language},
                                         {"speaker", segment.speaker}}});
    return {"segments", std::move(body)};
  }
  CallbackBody operator()(const ExitOutput& exit) const {
    Json body = start();
    body["exit_code"] = exit.code;
    body["reason"] = exit.reason;
    return {"exited", std::move(body)};
  }

 private:
  Json start() const { return Json{{"connection_id", spec.session_uid}}; }
};

}  // namespace

types::Json encode_ack(const AckOutput& ack) {
  return types::Json{{"outcome", ack.outcome}, {"language", ack.language}, {"task", ack.task}};
}

CallbackBody encode_callback(const BotSpec& spec, const BotOutput& output) {
  return std::visit(Encoder{spec}, output);
}

}  // namespace bot::bots
