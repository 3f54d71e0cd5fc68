package org.tannhof.library;

import java.util.UUID;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface MemberRepository extends JpaRepository<Member, UUID> {
  @Query("select new org.tannhof.library.Fine(l.memberId, count(l)) from Loan l where l.due < current_date group by l.memberId")
  Page<Fine> fines(Pageable page);
}
