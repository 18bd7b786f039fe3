#include "server/app/store_numbers.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/base/manual_clock.hpp"

namespace bot::app {
namespace {

// Each look at it takes its time, as where what is timed takes long.
class SlowClock final : public Clock {
 public:
  UnixMillis now_ms() const override { return clock_.now_ms(); }
  std::chrono::milliseconds monotonic() const override {
    clock_.advance(look_takes);
    return clock_.monotonic();
  }

  void advance(Millis by) { clock_.advance(by); }

  Millis look_takes{0};

 private:
  mutable ManualClock clock_;
};

class StoreNumbersTest : public testing::Test {
 protected:
  // The store answers nothing that is asked of it.
  void take_away() { run("ALTER TABLE meetings RENAME TO away"); }
  void bring_back() { run("ALTER TABLE away RENAME TO meetings"); }

  // The count itself looks at the clock twice.
  void counting_takes(Millis time) { clock_.look_takes = time / 2; }

  SlowClock clock_;
  ManualClock still_;
  store::Database database_{{.path = ":memory:"}, still_};
  StoreCounter counter_{database_, clock_};

 private:
  void run(const char* statement) {
    database_.write([&](sql::Connection& connection) { connection.query(statement); });
  }
};

TEST_F(StoreNumbersTest, AreThereAgainASecondAfterTheStoreIs) {
  counting_takes(Millis{4500});
  take_away();
  EXPECT_FALSE(counter_.numbers());
  counting_takes(Millis{0});
  bring_back();

  clock_.advance(Millis{999});
  EXPECT_FALSE(counter_.numbers()) << "who asks often must not keep the store busy";
  clock_.advance(Millis{1});
  EXPECT_TRUE(counter_.numbers());
}

TEST_F(StoreNumbersTest, ServeForTwentyTimesAsLongAsTheyTook) {
  counting_takes(Millis{500});
  ASSERT_TRUE(counter_.numbers());
  counting_takes(Millis{0});
  take_away();

  clock_.advance(Millis{9'999});
  EXPECT_TRUE(counter_.numbers());
  clock_.advance(Millis{1});
  EXPECT_FALSE(counter_.numbers());
}

}  // namespace
}  // namespace bot::app
