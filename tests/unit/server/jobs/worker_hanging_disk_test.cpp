// A worker whose database does not answer.

#include "tests/fakes/drivers/recording_vfs.hpp"
#include "tests/unit/server/jobs/worker_case.hpp"

namespace bot::jobs {
namespace {

using std::chrono::steady_clock;

// Before the case, whose store is on it.
struct Disk {
  RecordingVfs vfs_;
};

class WorkerOnAHangingDisk : protected Disk, public WorkerCase {
 protected:
  WorkerOnAHangingDisk() : WorkerCase({.path = ":memory:", .sqlite_vfs = vfs_.name()}) {}

  // From now on no write comes to its end.
  void hang() { vfs_.hold_syncs(); }
  // What a stop may take, and a moment for a machine that is busy; one write takes longer.
  static Millis most_of(Millis limit) { return limit + Millis{2000} + Millis{1800}; }
};

// Goes before the worker, which waits for the disk otherwise.
class LetGoAtTheEnd {
 public:
  explicit LetGoAtTheEnd(RecordingVfs& vfs) : vfs_(vfs) {}
  LetGoAtTheEnd(const LetGoAtTheEnd&) = delete;
  LetGoAtTheEnd& operator=(const LetGoAtTheEnd&) = delete;
  ~LetGoAtTheEnd() { vfs_.let_syncs_go(); }

 private:
  RecordingVfs& vfs_;
};

TEST_F(WorkerOnAHangingDisk, GoesOnShowingThatItLivesAndAtWhat) {
  HeldHandler held;
  const auto worker = make(held.handler());
  const LetGoAtTheEnd let_go(vfs_);
  add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(soon([&] { return sign_.last().value("current_job", types::Json()) == "job-1"; }));
  hang();

  // A write is given up after a longer time than this.
  const auto before = sign_.count();
  EXPECT_TRUE(soon([&] { return sign_.count() >= before + 5; }, Millis{3000}));
  EXPECT_EQ(sign_.last().at("current_job"), "job-1");
  held.let_go();
}

TEST_F(WorkerOnAHangingDisk, StopsInItsTimeWithAHandlerThatDoesNotComeBack) {
  HeldHandler held;
  const auto worker = make(held.handler());
  const LetGoAtTheEnd let_go(vfs_);
  add();
  ASSERT_TRUE(worker->start());
  ASSERT_TRUE(held.begins());
  hang();

  const auto since = steady_clock::now();
  EXPECT_FALSE(worker->stop(Millis{1000}));
  EXPECT_LT(steady_clock::now() - since, most_of(Millis{1000}));
  EXPECT_TRUE(sign_.hidden());
  held.let_go();
}

TEST_F(WorkerOnAHangingDisk, StopsInItsTimeWithNothingButItsLastWordsToStore) {
  const auto worker = make(at_once());
  const LetGoAtTheEnd let_go(vfs_);
  ASSERT_TRUE(worker->start());
  hang();

  const auto since = steady_clock::now();
  EXPECT_FALSE(worker->stop(Millis{1000})) << "a write goes on";
  EXPECT_LT(steady_clock::now() - since, most_of(Millis{1000}));
  EXPECT_TRUE(sign_.hidden());
}

}  // namespace
}  // namespace bot::jobs
