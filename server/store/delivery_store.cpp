#include "server/store/delivery_store.hpp"

#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

#define BOT_DELIVERY_COLUMNS                                                    \
  "id, user_id, meeting_id, event_id, event_type, url, body, status, attempts," \
  " response_status, last_error, created_at, delivered_at"

DeliveryRow read_delivery(RowReader& reader) {
  DeliveryRow delivery;
  delivery.id = reader.integer();
  delivery.user_id = reader.integer();
  delivery.meeting_id = reader.optional_integer();
  delivery.event_id = reader.text();
  delivery.event_type = reader.text();
  delivery.url = reader.text();
  delivery.body = reader.text();
  delivery.status = reader.text();
  delivery.attempts = reader.integer();
  delivery.response_status = reader.optional_integer();
  delivery.last_error = reader.optional_text();
  delivery.created_at = reader.integer();
  delivery.delivered_at = reader.optional_integer();
  return delivery;
}

}  // namespace

std::optional<DeliveryRow> DeliveryStore::add(const NewDelivery& delivery, UnixMillis now) {
  return read_first(
      connection_.query("INSERT INTO webhook_deliveries (user_id, meeting_id, event_id,"
                        " event_type, url, body, status, attempts, created_at)"
                        " VALUES ($1, $2, $3, $4, $5, $6, 'queued', 0, $7)"
                        " ON CONFLICT (event_id) DO NOTHING RETURNING " BOT_DELIVERY_COLUMNS,
                        {delivery.user_id,
                         delivery.meeting_id,
                         delivery.event_id,
                         delivery.event_type,
                         delivery.url,
                         delivery.body,
                         now}),
      read_delivery);
}

std::optional<DeliveryRow> DeliveryStore::find(std::int64_t id) {
  return read_first(
      connection_.query("SELECT " BOT_DELIVERY_COLUMNS " FROM webhook_deliveries WHERE id = $1",
                        {id}),
      read_delivery);
}

std::vector<DeliveryRow> DeliveryStore::of_user(std::int64_t user_id, std::int64_t limit) {
  return read_all(
      connection_.query("SELECT " BOT_DELIVERY_COLUMNS
                        " FROM webhook_deliveries WHERE user_id = $1 ORDER BY id DESC LIMIT $2",
                        {user_id, limit}),
      read_delivery);
}

bool DeliveryStore::delivered(std::int64_t id, std::int64_t response_status, UnixMillis now) {
  return connection_
             .query(
                 "UPDATE webhook_deliveries SET status = 'delivered', attempts = attempts + 1,"
                 " response_status = $2, last_error = NULL, delivered_at = $3"
                 " WHERE id = $1 AND status = 'queued'",
                 {id, response_status, now})
             .changed() != 0;
}

bool DeliveryStore::failed(std::int64_t id, const DeliveryAttempt& attempt) {
  return connection_
             .query(
                 "UPDATE webhook_deliveries SET attempts = attempts + 1, response_status = $2,"
                 " last_error = $3 WHERE id = $1 AND status = 'queued'",
                 {id, attempt.response_status, attempt.error})
             .changed() != 0;
}

bool DeliveryStore::dead(std::int64_t id, const DeliveryAttempt& attempt) {
  return connection_
             .query(
                 "UPDATE webhook_deliveries SET status = 'dead', attempts = attempts + 1,"
                 " response_status = $2, last_error = $3 WHERE id = $1 AND status = 'queued'",
                 {id, attempt.response_status, attempt.error})
             .changed() != 0;
}

bool DeliveryStore::give_up(std::int64_t id, std::string_view reason) {
  return connection_
             .query(
                 "UPDATE webhook_deliveries SET status = 'dead', last_error = $2"
                 " WHERE id = $1 AND status = 'queued'",
                 {id, reason})
             .changed() != 0;
}

bool DeliveryStore::requeue(std::int64_t id) {
  return connection_
             .query(
                 "UPDATE webhook_deliveries SET status = 'queued', last_error = NULL"
                 " WHERE id = $1 AND status = 'dead'",
                 {id})
             .changed() != 0;
}

std::size_t DeliveryStore::give_up_abandoned(std::string_view lane,
                                             UnixMillis before,
                                             std::int64_t limit) {
  return connection_
      .query(
          "UPDATE webhook_deliveries SET status = 'dead',"
          " last_error = 'nothing was left to deliver it' WHERE status = 'queued' AND id IN"
          " (SELECT id FROM webhook_deliveries WHERE status = 'queued' AND created_at < $2"
          " AND NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.lane = $1"
          " AND queue_items.unique_key = 'delivery:' || CAST(webhook_deliveries.id AS TEXT)"
          " AND queue_items.status IN ('ready', 'leased'))"
          " ORDER BY created_at LIMIT $3)",
          {lane, before, limit})
      .changed();
}

std::size_t DeliveryStore::purge_before(UnixMillis before, std::int64_t limit) {
  return connection_
      .query(
          "DELETE FROM webhook_deliveries WHERE id IN"
          " (SELECT id FROM webhook_deliveries WHERE status <> 'queued' AND created_at < $1"
          " ORDER BY created_at LIMIT $2)",
          {before, limit})
      .changed();
}

}  // namespace bot::store
